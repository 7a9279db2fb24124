//! Faults of expressions as the compiler prints them: where they are, what they are, and the line with a mark.

use super::syntax::Fault;

/// A line that is longer is not shown.
const LONGEST: usize = 16_384;

/// So many faults are told.
pub(super) const MOST: usize = 100;

/// Faults in the order of their places.
pub(super) fn report(source: &str, faults: &[Fault], count: usize) -> String {
    let mut faults: Vec<&Fault> = faults.iter().collect();
    faults.sort_by_key(|fault| fault.at);
    let told = faults.iter().take(MOST).map(|Fault { at, what }| {
        let before = &source[..*at];
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let line = before.matches('\n').count() + 1;
        told(source, line, before[line_start..].chars().count(), what)
    });
    let mut told: Vec<String> = told.collect();
    if count > MOST {
        told.push(format!("{} more errors were truncated", count - MOST));
    }
    format!("compilation failed: {}", told.join("\n"))
}

/// A fault of a text, at a line that is counted from one and a column that is counted from none.
pub(super) fn told(source: &str, line: usize, column: usize, what: &str) -> String {
    let head = format!("ERROR: <input>:{line}:{}: {what}", column + 1);
    let text = line.checked_sub(1).and_then(|before| source.split('\n').nth(before));
    let Some(text) = text.filter(|text| text.len() <= LONGEST) else { return head };
    let text = text.replace('\t', " ");
    let is_wide = |letter: char| letter.len_utf8() > 1;
    // What takes more than a byte is taken to be wide, and so is what stands below it.
    let dots: String =
        text.chars().take(column).map(|letter| if is_wide(letter) { '．' } else { '.' }).collect();
    let mark = if text.chars().nth(column).is_some_and(is_wide) { '＾' } else { '^' };
    format!("{head}\n | {text}\n | {dots}{mark}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_as_wide_as_what_they_stand_below() {
        assert_eq!(told("a\n\té b", 2, 3, "no"), "ERROR: <input>:2:4: no\n |  é b\n | .．.^");
        assert_eq!(told("é", 1, 0, "no"), "ERROR: <input>:1:1: no\n | é\n | ＾");
    }
}
