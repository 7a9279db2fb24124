//! Quantities of resources, read, shown and compared as Go does it: `1000m` is `1`, and `1024Mi` is `1Gi`.

use serde_json::Value;

const WRONG_FORM: &str =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const WRONG_SUFFIX: &str = "unable to parse quantity's suffix";
/// What quantities count in.
const NANO: i128 = 1_000_000_000;
/// The most that one with a binary suffix can be.
const MOST: i128 = i64::MAX as i128;
const DECIMAL: [(&str, i32); 10] =
    [("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18)];
const BINARY: [(&str, i32); 6] = [("Ki", 10), ("Mi", 20), ("Gi", 30), ("Ti", 40), ("Pi", 50), ("Ei", 60)];

/// An amount, in billionths; one that is beyond all measure is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Quantity(i128);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    Decimal,
    Binary,
    Exponent,
}

/// The parts of a text: its digits before and behind the point, and what follows.
struct Parts<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    suffix: &'a str,
}

/// Amounts that are added up; one alone is shown as it was written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sum<'a> {
    quantity: Quantity,
    /// How it is shown, which nobody knows of what is no amount.
    form: Option<Form>,
    written: Option<&'a Value>,
}

impl<'a> Sum<'a> {
    pub(crate) fn of(value: &'a Value) -> Self {
        let text = value.as_str().unwrap_or_default();
        let form = split(text).ok().and_then(|parts| meaning(parts.suffix)).map(|(form, _)| form);
        Sum { quantity: Quantity::of(value), form, written: Some(value) }
    }

    pub(crate) fn quantity(self) -> Quantity {
        self.quantity
    }

    /// Two amounts together, in the form of the first unless that is nothing. What is beyond all measure is left alone.
    pub(crate) fn plus(self, more: Sum<'_>) -> Self {
        let Some((form, other)) = self.form.zip(more.form) else { return self };
        let Some(sum) = self.quantity.0.checked_add(more.quantity.0) else { return self };
        let form = if self.quantity == Quantity::ZERO { other } else { form };
        Sum { quantity: Quantity(sum), form: Some(form), written: None }
    }

    pub(crate) fn shown(self) -> Value {
        let shown = || show(self.quantity.0, self.form.unwrap_or(Form::Decimal)).into();
        self.written.cloned().unwrap_or_else(shown)
    }
}

impl Quantity {
    pub(crate) const ZERO: Quantity = Quantity(0);
    pub(crate) const ONE: Quantity = Quantity(NANO);

    /// The amount that a value says; a text that says none is nothing.
    pub(crate) fn of(value: &Value) -> Self {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        read(&text).map_or(Quantity::ZERO, |(amount, _)| amount)
    }

    pub(crate) fn is_negative(self) -> bool {
        self.0 < 0
    }

    pub(crate) fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Whether it is whole, as far as thousandths are told apart.
    pub(crate) fn is_whole(self) -> bool {
        rounded_up(self.0, NANO / 1_000) % 1_000 == 0
    }

    /// Amounts to be compared with each other: in thousandths, or in whole units where one of them is too great for that.
    pub(crate) fn comparable<const N: usize>(amounts: [Quantity; N]) -> [i64; N] {
        const MOST_IN_THOUSANDTHS: i64 = i64::MAX / 1_000;
        if amounts.iter().any(|amount| amount.units() > MOST_IN_THOUSANDTHS) {
            return amounts.map(Quantity::units);
        }
        amounts.map(|amount| saturated(rounded_up(amount.0, NANO / 1_000)))
    }

    /// In whole units, the next greater one where it is between two.
    pub(crate) fn units(self) -> i64 {
        saturated(rounded_up(self.0, NANO))
    }
}

fn saturated(number: i128) -> i64 {
    i64::try_from(number).unwrap_or(if number < 0 { i64::MIN } else { i64::MAX })
}

/// Has a value be the text that the server shows for it.
///
/// # Errors
///
/// Why it is no quantity, in the words of Go.
pub(crate) fn settle(value: &mut Value) -> Result<(), String> {
    let text = match &*value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return Err(WRONG_FORM.to_owned()),
    };
    let (_, shown) = read(&text).map_err(str::to_owned)?;
    if value.as_str() != Some(&shown) {
        *value = shown.into();
    }
    Ok(())
}

/// Rounds what is finer than thousandths up. What is beyond what can be counted in is left alone.
pub(crate) fn round_up(value: &mut Value) {
    const FINEST: i128 = NANO / 1_000;
    let text = value.as_str().unwrap_or_default();
    let (Ok((Quantity(amount), _)), Ok(parts)) = (read(text), split(text)) else { return };
    let rounded = rounded_up(amount, FINEST).checked_mul(FINEST).filter(|rounded| *rounded != amount);
    if let Some((rounded, (form, _))) = rounded.zip(meaning(parts.suffix)) {
        *value = show(rounded, form).into();
    }
}

/// The amount that a text says, and the text that is shown for it.
fn read(text: &str) -> Result<(Quantity, String), &'static str> {
    let parts = split(text)?;
    let (form, exponent) = meaning(parts.suffix).ok_or(WRONG_SUFFIX)?;
    let digits = format!("{}{}", parts.whole, parts.fraction);
    let number = digits.parse().unwrap_or(i128::MAX);
    let places = i32::try_from(parts.fraction.len()).unwrap_or(i32::MAX);
    let amount = match form {
        Form::Binary => {
            scaled(number.saturating_mul(1 << exponent), 9_i32.saturating_sub(places)).min(MOST * NANO)
        }
        Form::Decimal | Form::Exponent => scaled(number, exponent.saturating_add(9).saturating_sub(places)),
    };
    let signed = if parts.negative { -amount } else { amount };
    // What is in its shortest form, or nearly, is left as it was written.
    let kept = number != 0
        && digits.len() <= 18
        && match form {
            Form::Binary => {
                let room = 15 - exponent * 3 / 10 - 1 - i32::try_from(parts.whole.len()).unwrap_or(15);
                parts.fraction.is_empty() && room >= 0 && number & 7 != 0
            }
            Form::Decimal | Form::Exponent => {
                let scale = exponent.saturating_sub(places);
                scale >= -9 && scale % 3 == 0 && !digits.ends_with("000") && !digits.starts_with('0')
            }
        };
    // Beyond what can be counted in, it is better left alone.
    let shown = if kept || amount == i128::MAX { text.to_owned() } else { show(signed, form) };
    Ok((Quantity(signed), shown))
}

fn split(text: &str) -> Result<Parts<'_>, &'static str> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if text.is_empty() {
        return Err(WRONG_FORM);
    }
    let rest = rest.trim_start_matches('0');
    let (whole, rest) = rest.split_at(digits(rest));
    let (fraction, suffix) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(digits(rest)),
        None => ("", rest),
    };
    let letters = suffix.trim_start_matches(|letter| "eEinumkKMGTP".contains(letter));
    let power = letters.strip_prefix(['-', '+']).unwrap_or(letters);
    if !power.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(WRONG_FORM);
    }
    // Without a digit before the point there is one, which is nothing.
    let whole = if whole.is_empty() { "0" } else { whole };
    Ok(Parts { negative, whole, fraction, suffix })
}

fn meaning(suffix: &str) -> Option<(Form, i32)> {
    let of = |table: &[(&str, i32)]| table.iter().find(|(name, _)| *name == suffix).map(|(_, power)| *power);
    if let Some(power) = of(&DECIMAL) {
        return Some((Form::Decimal, power));
    }
    if let Some(power) = of(&BINARY) {
        return Some((Form::Binary, power));
    }
    let power = suffix.strip_prefix(['e', 'E'])?;
    let power: i64 = power.parse().ok()?;
    Some((Form::Exponent, i32::try_from(power.clamp(-1_000, 1_000)).ok()?))
}

/// A number times a power of ten; what falls below is rounded up, what is too large is the greatest there is.
fn scaled(number: i128, power: i32) -> i128 {
    let factor = |power: u32| 10_i128.checked_pow(power);
    if power >= 0 {
        if number == 0 {
            return 0;
        }
        let factor = factor(power.unsigned_abs());
        return factor.and_then(|factor| number.checked_mul(factor)).unwrap_or(i128::MAX);
    }
    match factor(power.unsigned_abs()) {
        Some(factor) => number / factor + i128::from(number % factor != 0),
        None => i128::from(number != 0),
    }
}

/// Division that rounds away from zero.
fn rounded_up(number: i128, by: i128) -> i128 {
    let whole = number / by;
    if number % by == 0 { whole } else { whole + number.signum() }
}

fn show(amount: i128, form: Form) -> String {
    let small = amount.abs() < 1_024 * NANO;
    if form == Form::Binary && !small && amount % NANO == 0 {
        let (mut number, mut power) = (amount / NANO, 0);
        while number % 1_024 == 0 && power < 6 {
            (number, power) = (number / 1_024, power + 1);
        }
        let suffix = if power == 0 { "" } else { BINARY[power - 1].0 };
        return format!("{number}{suffix}");
    }
    let (mut number, mut power) = (amount, -9);
    while number != 0 && number % 1_000 == 0 && (power < 18 || form == Form::Exponent) {
        (number, power) = (number / 1_000, power + 3);
    }
    if number == 0 {
        power = 0;
    }
    if form == Form::Exponent {
        return if power == 0 { number.to_string() } else { format!("{number}e{power}") };
    }
    let suffix = DECIMAL.iter().find(|(_, known)| *known == power).map_or("", |(suffix, _)| suffix);
    format!("{number}{suffix}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn quantities_are_shown_as_the_server_shows_them() {
        for (said, shown) in [
            (json!("1000m"), "1"),
            (json!("1500m"), "1500m"),
            (json!("1.5"), "1500m"),
            (json!("1.500"), "1.500"),
            (json!(0.5), "500m"),
            (json!(2), "2"),
            (json!("100000"), "100k"),
            (json!("1024Mi"), "1Gi"),
            (json!("1.5Gi"), "1536Mi"),
            (json!("0.5Ki"), "512"),
            (json!("0Gi"), "0"),
            (json!("1Pi"), "1Pi"),
            (json!("1e3"), "1e3"),
            (json!("12e1"), "120"),
            (json!("1E"), "1E"),
            (json!("-1000m"), "-1"),
            (json!(".5"), "500m"),
            (json!("1n"), "1n"),
            (json!("0.1n"), "1n"),
            (json!("128974848"), "128974848"),
        ] {
            let mut value = said.clone();
            assert_eq!(settle(&mut value), Ok(()), "{said}");
            assert_eq!(value, shown, "{said}");
        }
    }

    #[test]
    fn amounts_are_rounded_up_to_thousandths() {
        for (said, rounded) in [
            ("100n", "1m"),
            ("1500u", "2m"),
            ("1500m", "1500m"),
            ("0.0001Ki", "103m"),
            ("9e99", "9e99"),
            ("-9e99", "-9e99"),
            ("", ""),
        ] {
            let mut value = json!(said);
            round_up(&mut value);
            assert_eq!(value, rounded, "{said}");
        }
    }

    #[test]
    fn amounts_are_added_in_the_form_of_the_first() {
        for (one, other, both) in [
            ("1", "500m", "1500m"),
            ("1Gi", "1Gi", "2Gi"),
            ("1G", "1Gi", "2073741824"),
            ("1Gi", "1G", "2073741824"),
            ("0", "1Gi", "1Gi"),
            ("1e3", "1", "1001"),
            ("1e3", "1k", "2e3"),
        ] {
            let (one, other) = (Value::from(one), Value::from(other));
            assert_eq!(Sum::of(&one).plus(Sum::of(&other)).shown(), both, "{one} and {other}");
        }
    }

    #[test]
    fn what_is_no_quantity_is_told() {
        for (said, why) in [
            (json!(""), WRONG_FORM),
            (json!("a"), WRONG_FORM),
            (json!("1.2.3"), WRONG_FORM),
            (json!("1 Gi"), WRONG_FORM),
            (json!("1Kim"), WRONG_SUFFIX),
            (json!("1e"), WRONG_SUFFIX),
            (json!(true), WRONG_FORM),
        ] {
            assert_eq!(settle(&mut said.clone()), Err(why.to_owned()), "{said}");
        }
    }

    #[test]
    fn quantities_compare_by_what_they_say() {
        let of = |text: &str| Quantity::of(&text.into());
        assert_eq!(of("1Gi"), of("1024Mi"));
        assert!(of("1G") < of("1Gi"));
        assert!(of("-1").is_negative() && !of("0").is_positive());
        assert!(of("2").is_whole() && !of("1500m").is_whole());
        assert!(of("99999999999999999999E") > of("9E"));
        assert_eq!(of("1.5").units(), 2);
    }
}
