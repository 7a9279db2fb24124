//! The indexes of a job's pods that have ended, as a status lists them: `1,3-5`.

use crate::printed::quoted;

/// The indexes from one to another.
type Interval = (i32, i32);

/// Why a text is no list of indexes below a number.
pub(super) fn fault(text: &str, below: i64) -> Option<String> {
    count(text, below).err()
}

/// How many indexes a list has; or why a text is none, of indexes below a number.
pub(in crate::builtin::rules) fn count(text: &str, below: i64) -> Result<i64, String> {
    let mut last: Option<i32> = None;
    let mut count = 0;
    if text.is_empty() {
        return Ok(0);
    }
    for part in text.split(',') {
        let (first, end) = interval(part, below)?;
        if let Some(last) = last.filter(|last| *last >= first) {
            return Err(format!("non-increasing order, previous: {last}, current: {first}"));
        }
        count += i64::from(end) - i64::from(first) + 1;
        last = Some(end);
    }
    Ok(count)
}

/// An index that is in both lists, as far as they are such.
pub(super) fn common(one: &str, other: &str, below: i64) -> Option<i32> {
    let read = |text: &str| -> Vec<Interval> {
        text.split(',').filter_map(|part| interval(part, below).ok()).collect()
    };
    let (one, other) = (read(one), read(other));
    let (mut at, mut beside) = (0, 0);
    while let (Some(this), Some(that)) = (one.get(at), other.get(beside)) {
        if this.0 <= that.1 && that.0 <= this.1 {
            return Some(this.0.max(that.0));
        }
        if this.0 <= that.0 { at += 1 } else { beside += 1 }
    }
    None
}

fn interval(text: &str, below: i64) -> Result<Interval, String> {
    let parts: Vec<&str> = text.splitn(3, '-').collect();
    match *parts {
        [only] => index(only, below).map(|index| (index, index)),
        [first, last] => {
            let (first, last) = (index(first, below)?, index(last, below)?);
            if first >= last {
                return Err(format!("non-increasing order, previous: {first}, current: {last}"));
            }
            Ok((first, last))
        }
        _ => Err(format!(
            "the fragment {} violates the requirement that an index interval can have at most two parts separated by '-'",
            quoted(text)
        )),
    }
}

fn index(text: &str, below: i64) -> Result<i32, String> {
    let number: i64 =
        text.parse().map_err(|_| format!("cannot convert string to integer for index: {}", quoted(text)))?;
    let fine = (number < below).then(|| i32::try_from(number).ok()).flatten();
    fine.ok_or_else(|| format!("too large index: {}", quoted(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes_are_listed_in_order() {
        for text in ["", "0", "0,2-4,7"] {
            assert_eq!(fault(text, 8), None, "{text}");
        }
        for text in ["x", "1,", "8", "3-2", "2,1", "1-2-3", "0-8"] {
            assert!(fault(text, 8).is_some(), "{text}");
        }
        assert_eq!(common("0-2,5", "3,4-6", 8), Some(5));
        assert_eq!(common("0-2", "3", 8), None);
    }
}
