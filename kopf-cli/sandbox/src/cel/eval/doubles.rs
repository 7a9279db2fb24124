//! Texts of numbers with a point, as Go reads them: decimal, hexadecimal (`0x1.8p4`), and with `_` between digits.

/// As many hexadecimal digits as count, and one more that tells what is behind them.
const DIGITS: usize = 30;
/// What is beyond is none, or nothing.
const FARTHEST: i64 = 1 << 40;
/// The exponent of the smallest number.
const LEAST: i64 = -1_074;

/// The number that a text is; `None` where it is none, or too large.
pub(super) fn read(text: &str) -> Option<f64> {
    let plain = without_bars(text)?;
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    if let Some(('x', digits)) = marked(unsigned) {
        let number = hexadecimal(digits)?;
        return Some(if plain.starts_with('-') { -number } else { number });
    }
    let number: f64 = plain.parse().ok()?;
    let (has_digits, is_signed) =
        (plain.bytes().any(|byte| byte.is_ascii_digit()), plain.len() > unsigned.len());
    let is_word = !(has_digits || number.is_nan() && is_signed);
    (number.is_finite() || is_word).then_some(number)
}

/// What says how digits are meant, and what is behind it.
fn marked(text: &str) -> Option<(char, &str)> {
    let rest = text.strip_prefix('0')?;
    let mark = rest.chars().next()?.to_ascii_lowercase();
    ['b', 'o', 'x'].contains(&mark).then(|| (mark, &rest[1..]))
}

/// The same without the bars that may stand between digits, and behind what says how those are meant.
fn without_bars(text: &str) -> Option<String> {
    if !text.contains('_') {
        return Some(text.to_owned());
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mark, rest) = marked(digits).map_or((None, digits), |(mark, rest)| (Some(mark), rest));
    let is_digit = |letter: char| letter.is_ascii_digit() || mark == Some('x') && letter.is_ascii_hexdigit();
    let (mut after_digit, mut after_bar) = (mark.is_some(), false);
    for letter in rest.chars() {
        let is_bar = letter == '_';
        if is_bar && !after_digit || after_bar && !is_digit(letter) {
            return None;
        }
        (after_digit, after_bar) = (is_digit(letter), is_bar);
    }
    (!after_bar).then(|| text.replace('_', ""))
}

/// A number without its sign and its mark, with an exponent of two.
fn hexadecimal(text: &str) -> Option<f64> {
    let (digits, exponent) = text.split_once(['p', 'P'])?;
    let is_exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if is_exponent.is_empty() || !is_exponent.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let far = if exponent.starts_with('-') { -FARTHEST } else { FARTHEST };
    let exponent = exponent.parse::<i64>().unwrap_or(far).clamp(-FARTHEST, FARTHEST);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let counted = all.trim_start_matches('0');
    let (kept, rest) = counted.split_at(counted.len().min(DIGITS));
    let mut number = u128::from_str_radix(kept, 16).unwrap_or_default();
    // What is cut off counts only where it decides a tie.
    number |= u128::from(rest.bytes().any(|byte| byte != b'0'));
    let places = rest.len() as i64 - fraction.len() as i64;
    let mut exponent = exponent.saturating_add(places.saturating_mul(4));
    // Two bits more than there are decide where it is rounded to.
    while exponent < LEAST - 2 && number > 3 {
        number = (number >> 1) | (number & 1);
        exponent += 1;
    }
    if number == 0 || exponent < LEAST - 4 {
        return Some(0.0);
    }
    let half = i32::try_from(exponent / 2).ok()?;
    let rest = i32::try_from(exponent).ok()? - half;
    let number = number as f64 * 2_f64.powi(half) * 2_f64.powi(rest);
    number.is_finite().then_some(number)
}
