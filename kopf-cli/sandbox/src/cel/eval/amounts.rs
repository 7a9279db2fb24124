//! Decimal numbers of any size, which quantities are, with as many digits as Go keeps of them.

use std::cmp::Ordering;

use num_bigint::{BigInt, Sign};

use super::{Fault, work};

const WRONG_FORM: &str =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const WRONG_NUMBER: &str = "unable to parse numeric part of quantity";
const WRONG_SUFFIX: &str = "unable to parse quantity's suffix";
/// How many digits there may be; a server has as many as it has memory.
const MOST_DIGITS: usize = 10_000;
/// What is so many powers of ten apart is that far apart, whatever digits there are.
const FAR: u32 = 20_000;
/// How many digits a small number is read from.
const SMALL_DIGITS: i64 = 18;
/// Nothing is finer.
const FINEST: i32 = -9;
const DECIMAL: [(&str, i32); 10] =
    [("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18)];
const BINARY: [(&str, u32); 6] = [("Ki", 10), ("Mi", 20), ("Gi", 30), ("Ti", 40), ("Pi", 50), ("Ei", 60)];

/// A number times a power of ten.
#[derive(Debug, Clone)]
pub(super) enum Amount {
    /// As long as it fits.
    Small(i64, i32),
    Wide(BigInt, i32),
}

enum Suffix {
    Binary(u32),
    Decimal(i32),
}

/// The parts of a text.
struct Parts<'a> {
    /// All before the suffix.
    number: &'a str,
    is_negative: bool,
    /// Without zeros in front.
    whole: &'a str,
    fraction: &'a str,
    suffix: &'a str,
}

impl Amount {
    pub(super) fn of(number: i64) -> Self {
        Amount::Small(number, 0)
    }

    pub(super) fn is_small(&self) -> bool {
        matches!(self, Amount::Small(..))
    }

    pub(super) fn widened(&self) -> Self {
        let (number, power) = self.wide();
        Amount::Wide(number, power)
    }

    pub(super) fn sign(&self) -> Ordering {
        match self {
            Amount::Small(number, _) => number.cmp(&0),
            Amount::Wide(number, _) => match number.sign() {
                Sign::Minus => Ordering::Less,
                Sign::NoSign => Ordering::Equal,
                Sign::Plus => Ordering::Greater,
            },
        }
    }

    /// A small one that is written without a fraction.
    pub(super) fn whole(&self) -> Option<i64> {
        match self {
            Amount::Small(number, power) => small_shifted(*number, u32::try_from(*power).ok()?),
            Amount::Wide(..) => None,
        }
    }

    pub(super) fn approximate(&self) -> f64 {
        let (number, power) = match self {
            Amount::Small(number, power) => (*number as f64, *power),
            Amount::Wide(number, power) => (float(number), *power),
        };
        if power == 0 { number } else { number * power_of_ten(power) }
    }

    /// # Errors
    ///
    /// That there are too many digits.
    pub(super) fn plus(&self, other: &Self) -> Result<Self, Fault> {
        self.small_sum(other, |more| more).map_or_else(|| self.wide_sum(other, |more| more), Ok)
    }

    /// # Errors
    ///
    /// That there are too many digits.
    pub(super) fn minus(&self, other: &Self) -> Result<Self, Fault> {
        // The least of all stays what it is, as in Go.
        self.small_sum(other, i64::wrapping_neg).map_or_else(|| self.wide_sum(other, |more| -more), Ok)
    }

    fn small_sum(&self, other: &Self, signed: fn(i64) -> i64) -> Option<Self> {
        let (Amount::Small(one, power), Amount::Small(more, of_more)) = (self, other) else { return None };
        let (more, least) = (signed(*more), *power.min(of_more));
        Some(match (*one, more) {
            (one, 0) => Amount::Small(one, *power),
            (0, more) => Amount::Small(more, *of_more),
            (one, more) => {
                let more = small_shifted(more, gap(*of_more, least))?;
                Amount::Small(small_shifted(one, gap(*power, least))?.checked_add(more)?, least)
            }
        })
    }

    fn wide_sum(&self, other: &Self, signed: fn(BigInt) -> BigInt) -> Result<Self, Fault> {
        let ((one, power), (more, of_more)) = (self.wide(), other.wide());
        let least = power.min(of_more);
        let (one, more) = (scaled(&one, gap(power, least))?, scaled(&more, gap(of_more, least))?);
        Ok(Amount::Wide(one + signed(more), least))
    }

    pub(super) fn cmp(&self, other: &Self) -> Ordering {
        let by_sign = self.sign().cmp(&other.sign());
        if by_sign.is_ne() || self.sign().is_eq() {
            return by_sign;
        }
        let ((one, power), (more, of_more)) = (self.wide(), other.wide());
        let least = power.min(of_more);
        match () {
            () if power.abs_diff(of_more) <= FAR => {
                shifted(&one, gap(power, least)).cmp(&shifted(&more, gap(of_more, least)))
            }
            () if self.sign().is_gt() => power.cmp(&of_more),
            () => of_more.cmp(&power),
        }
    }

    fn wide(&self) -> (BigInt, i32) {
        match self {
            Amount::Small(number, power) => ((*number).into(), *power),
            Amount::Wide(number, power) => (number.clone(), *power),
        }
    }
}

fn gap(power: i32, least: i32) -> u32 {
    power.abs_diff(least)
}

/// A small number with zeros behind it, while it is small.
fn small_shifted(number: i64, zeros: u32) -> Option<i64> {
    if number == 0 { Some(0) } else { 10_i64.checked_pow(zeros)?.checked_mul(number) }
}

/// A number with zeros behind it, unless there are too many digits.
fn scaled(number: &BigInt, zeros: u32) -> Result<BigInt, Fault> {
    let is_of_few =
        number.sign() == Sign::NoSign || digits(number).saturating_add(zeros as usize) <= MOST_DIGITS;
    if zeros == 0 || is_of_few { Ok(shifted(number, zeros)) } else { Err(Fault::Limit) }
}

/// A number with zeros behind it.
fn shifted(number: &BigInt, zeros: u32) -> BigInt {
    if zeros == 0 || number.sign() == Sign::NoSign {
        return number.clone();
    }
    worked(digits(number) + zeros as usize);
    number * BigInt::from(10).pow(zeros)
}

/// How many digits a number has at least; there are no more than a fifth more.
fn digits(number: &BigInt) -> usize {
    // A digit takes less than four bits.
    usize::try_from(number.bits() / 4).unwrap_or(usize::MAX / 2)
}

/// What is done with so many digits counts.
fn worked(digits: usize) {
    // Whether that is too much is looked at when the function has ended.
    let _ = work::add(digits as u64 / 2);
}

fn float(number: &BigInt) -> f64 {
    match number.bits() {
        // Beyond what there are numbers for.
        1_025.. if number.sign() == Sign::Minus => f64::NEG_INFINITY,
        1_025.. => f64::INFINITY,
        _ => number.to_string().parse().unwrap_or(f64::NAN),
    }
}

/// As Go has it: of two factors, so that it is not always the number that is nearest.
fn power_of_ten(power: i32) -> f64 {
    let exact = |power: i32| format!("1e{power}").parse::<f64>().unwrap_or(f64::NAN);
    match power {
        0..=308 => exact(power / 32 * 32) * exact(power % 32),
        -323..0 => exact(power / 32 * 32) / exact(-(power % 32)),
        309.. => f64::INFINITY,
        _ => 0.0,
    }
}

/// The amount that a text says.
///
/// # Errors
///
/// Why it says none, or that it has too many digits.
pub(super) fn read(text: &str) -> Result<Amount, Fault> {
    let parts = split(text).ok_or_else(|| Fault::new(WRONG_FORM))?;
    let suffix = suffix(parts.suffix).ok_or_else(|| Fault::new(WRONG_SUFFIX))?;
    small(&parts, &suffix).map_or_else(|| wide(&parts, &suffix), Ok)
}

fn split(text: &str) -> Option<Parts<'_>> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let (is_negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if text.is_empty() {
        return None;
    }
    let rest = rest.trim_start_matches('0');
    if rest.is_empty() {
        return Some(Parts { number: "0", is_negative, whole: "0", fraction: "", suffix: "" });
    }
    let (whole, rest) = rest.split_at(digits(rest));
    let (fraction, suffix) = rest.strip_prefix('.').map_or(("", rest), |rest| rest.split_at(digits(rest)));
    let letters = suffix.trim_start_matches(|letter| "eEinumkKMGTP".contains(letter));
    let power = letters.strip_prefix(['-', '+']).unwrap_or(letters);
    power.bytes().all(|byte| byte.is_ascii_digit()).then(|| Parts {
        number: &text[..text.len() - suffix.len()],
        is_negative,
        whole: if whole.is_empty() { "0" } else { whole },
        fraction,
        suffix,
    })
}

fn suffix(said: &str) -> Option<Suffix> {
    if let Some((_, power)) = DECIMAL.iter().find(|(known, _)| *known == said) {
        return Some(Suffix::Decimal(*power));
    }
    if let Some((_, power)) = BINARY.iter().find(|(known, _)| *known == said) {
        return Some(Suffix::Binary(*power));
    }
    // What does not fit is cut off, as in Go.
    let power: i64 = said.strip_prefix(['e', 'E'])?.parse().ok()?;
    Some(Suffix::Decimal(power as i32))
}

/// A number that is small as it is written.
fn small(parts: &Parts<'_>, suffix: &Suffix) -> Option<Amount> {
    let length = |text: &str| i64::try_from(text.len()).unwrap_or(i64::MAX / 4);
    let (room, factor, power) = match suffix {
        Suffix::Decimal(power) => (SMALL_DIGITS - length(parts.whole) - length(parts.fraction), 1, *power),
        Suffix::Binary(power) if parts.fraction.is_empty() => {
            (14 - length(parts.whole) - i64::from(power * 3 / 10), 1_i64 << power, 0)
        }
        Suffix::Binary(_) => return None,
    };
    let power =
        (room >= 0).then(|| power.wrapping_sub(i32::try_from(parts.fraction.len()).unwrap_or(i32::MAX)))?;
    let number: i64 =
        (power >= FINEST).then(|| format!("{}{}", parts.whole, parts.fraction).parse().ok())??;
    let number = number.checked_mul(factor)?;
    Some(Amount::Small(if parts.is_negative { -number } else { number }, power))
}

fn wide(parts: &Parts<'_>, suffix: &Suffix) -> Result<Amount, Fault> {
    if !parts.number.bytes().any(|byte| byte.is_ascii_digit()) {
        return Err(Fault::new(WRONG_NUMBER));
    }
    let digits = parts.whole.len() + parts.fraction.len();
    if digits > MOST_DIGITS {
        return Err(Fault::Limit);
    }
    worked(digits);
    let number: BigInt =
        format!("{}{}", parts.whole, parts.fraction).parse().map_err(|_| Fault::new(WRONG_NUMBER))?;
    let places = i32::try_from(parts.fraction.len()).unwrap_or(i32::MAX);
    let (number, power) = match suffix {
        Suffix::Binary(power) => (number << *power, -places),
        Suffix::Decimal(power) => (number, power.wrapping_sub(places)),
    };
    let (mut number, mut power) = rounded(number, power)?;
    let most = BigInt::from(i64::MAX);
    if matches!(suffix, Suffix::Binary(_)) && number > scaled(&most, power.unsigned_abs())? {
        (number, power) = (most, 0);
    }
    Ok(Amount::Wide(if parts.is_negative { -number } else { number }, power))
}

/// A number in what is finest, the next greater one where it is between two. Nothing stays as it is.
fn rounded(number: BigInt, power: i32) -> Result<(BigInt, i32), Fault> {
    if number.sign() == Sign::NoSign {
        return Ok((number, power));
    }
    if power >= FINEST {
        return Ok((scaled(&number, gap(power, FINEST))?, FINEST));
    }
    let places = gap(power, FINEST);
    // No more digits than this are ever there.
    if places as usize > MOST_DIGITS {
        return Ok((1.into(), FINEST));
    }
    worked(places as usize);
    let by = BigInt::from(10).pow(places);
    let (whole, rest) = (&number / &by, number % by);
    let is_between = rest.sign() != Sign::NoSign;
    Ok((if is_between { whole + 1 } else { whole }, FINEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match read(text) {
            Ok(Amount::Small(number, power)) => format!("{number}e{power}"),
            Ok(Amount::Wide(number, power)) => format!("wide {number}e{power}"),
            Err(fault) => fault.told().to_owned(),
        }
    }

    #[test]
    fn what_fits_is_small() {
        for (text, expected) in [
            ("1.50", "150e-2"),
            ("-2Ki", "-2048e0"),
            ("0.1n", "wide 1e-9"),
            ("-1.5Ki", "wide -1536000000000e-9"),
            ("9Ei", "wide 9223372036854775807e0"),
            ("1234567890123456789", "wide 1234567890123456789000000000e-9"),
            ("1e4294967297", "1e1"),
            (".", "0e0"),
            ("Ei", WRONG_NUMBER),
            ("1ki", WRONG_SUFFIX),
            ("1 ", WRONG_FORM),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn what_has_too_many_digits_is_too_much_only_where_all_are_needed() {
        let (near, wide) = (read("1e9999").unwrap(), read(&"9".repeat(9_990)).unwrap());
        assert_eq!(near.cmp(&wide), Ordering::Greater);
        let (huge, tiny) = (read("1e2000000000").unwrap(), read("1").unwrap());
        assert_eq!(huge.cmp(&tiny), Ordering::Greater);
        assert_eq!(tiny.cmp(&huge), Ordering::Less);
        assert_eq!(huge.plus(&tiny).err(), Some(Fault::Limit));
        assert_eq!(tiny.minus(&huge).err(), Some(Fault::Limit));
        assert_eq!(read(&"1".repeat(20_000)).err(), Some(Fault::Limit));
        assert_eq!(read(&format!("{}e99999", "1".repeat(20))).err(), Some(Fault::Limit));
    }
}
