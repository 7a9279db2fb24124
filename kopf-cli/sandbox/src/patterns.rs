//! Patterns of Go: whether a text is one, why not in Go's words, and the same in words that our engine takes.

mod letters;
mod translated;

pub(crate) use translated::translated;

/// How often something may be repeated by numbers, those of what it is in taken together.
const MOST_OFTEN: u64 = 1_000;

/// Why a text is no pattern.
pub(crate) fn fault(pattern: &str) -> Option<String> {
    let unnamed = pattern.rsplit(letters::END_OF_NAME).next().map_or(0, str::len);
    let read = Reading { whole: pattern, rest: pattern, unnamed, ..Reading::default() }.read();
    read.err().map(|(what, at)| format!("error parsing regexp: {what}: `{at}`"))
}

/// What is wrong with a pattern, and with which part of it.
type Fault<'a> = (&'static str, &'a str);

#[derive(Default)]
struct Reading<'a> {
    whole: &'a str,
    rest: &'a str,
    group: Group,
    /// The groups around that one.
    around: Vec<Group>,
    /// How much stands behind the last class that has a name.
    unnamed: usize,
}

/// How often, at the most, something in a group is there each time that the group is.
#[derive(Default)]
struct Group {
    often: u64,
    /// The same of what stands last, and may be repeated.
    last: Option<u64>,
}

/// How often something is repeated; without end where there is no second number.
type Times = (u64, Option<u64>);

impl<'a> Reading<'a> {
    fn read(mut self) -> Result<(), Fault<'a>> {
        // The repetition that stands last, and all behind it.
        let mut repeated = None;
        while let Some(sign) = self.rest.chars().next() {
            let before = self.rest;
            match self.times(sign) {
                Some(times) => {
                    self.repeat(before, repeated, times)?;
                    repeated = Some(before);
                }
                None => {
                    self.part(sign)?;
                    repeated = None;
                }
            }
        }
        if self.around.is_empty() { Ok(()) } else { Err(("missing closing )", self.whole)) }
    }

    fn skip(&mut self, length: usize) {
        self.rest = self.rest.get(length..).unwrap_or_default();
    }

    /// What of `before` has been read since.
    fn since(&self, before: &'a str) -> &'a str {
        &before[..before.len() - self.rest.len()]
    }

    /// Reads how often what stands before is to be there, if that is what comes.
    fn times(&mut self, sign: char) -> Option<Times> {
        let (times, length) = match sign {
            '*' | '?' => ((0, None), 1),
            '+' => ((1, None), 1),
            '{' => numbers(self.rest)?,
            _ => return None,
        };
        self.skip(length);
        Some(times)
    }

    fn repeat(
        &mut self,
        before: &'a str,
        repeated: Option<&'a str>,
        (least, most): Times,
    ) -> Result<(), Fault<'a>> {
        const OFTEN: &str = "invalid repeat count";
        if least > MOST_OFTEN || most.is_some_and(|most| most > MOST_OFTEN || most < least) {
            return Err((OFTEN, self.since(before)));
        }
        if self.rest.starts_with('?') {
            self.skip(1);
        }
        if let Some(repeated) = repeated {
            return Err(("invalid nested repetition operator", self.since(repeated)));
        }
        let Some(last) = self.group.last else {
            return Err(("missing argument to repetition operator", self.since(before)));
        };
        let often = if most == Some(0) { 1 } else { last * most.unwrap_or(least).max(1) };
        if often > MOST_OFTEN {
            return Err((OFTEN, self.since(before)));
        }
        self.stands(often);
        Ok(())
    }

    fn stands(&mut self, often: u64) {
        self.group.often = self.group.often.max(often);
        self.group.last = Some(often);
    }

    /// Whatever is no repetition.
    fn part(&mut self, sign: char) -> Result<(), Fault<'a>> {
        match sign {
            '(' if self.rest.starts_with("(?") => return self.flags(),
            '(' => self.open(1),
            '|' => {
                self.skip(1);
                self.group.last = None;
            }
            ')' => {
                self.skip(1);
                let Some(around) = self.around.pop() else { return Err(("unexpected )", self.whole)) };
                let inner = std::mem::replace(&mut self.group, around);
                self.stands(inner.often.max(1));
            }
            '\\' if self.rest.starts_with(r"\Q") => {
                let quoted = &self.rest[2..];
                let (quoted, rest) = quoted.split_once(r"\E").unwrap_or((quoted, ""));
                self.rest = rest;
                if !quoted.is_empty() {
                    self.stands(1);
                }
            }
            _ => {
                self.rest = letters::part(self.rest, self.unnamed)?;
                self.stands(1);
            }
        }
        Ok(())
    }

    /// Opens a group, whose beginning is that long.
    fn open(&mut self, length: usize) {
        self.skip(length);
        self.around.push(std::mem::take(&mut self.group));
    }

    /// What begins with `(?`: a name, or what is to hold from here on or in a group.
    fn flags(&mut self) -> Result<(), Fault<'a>> {
        const CAPTURE: &str = "invalid named capture";
        let before = self.rest;
        if let Some(named) = before.strip_prefix("(?P<").or_else(|| before.strip_prefix("(?<")) {
            let Some((name, rest)) = named.split_once('>') else { return Err((CAPTURE, before)) };
            let is_name = |letter: char| letter == '_' || letter.is_ascii_alphanumeric();
            self.open(before.len() - rest.len());
            return if name.is_empty() || !name.chars().all(is_name) {
                Err((CAPTURE, self.since(before)))
            } else {
                Ok(())
            };
        }
        self.skip(2);
        let (mut turned_off, mut said) = (false, false);
        while let Some(sign) = self.rest.chars().next() {
            match sign {
                'i' | 'm' | 's' | 'U' => said = true,
                '-' if !turned_off => (turned_off, said) = (true, false),
                ':' if said || !turned_off => {
                    self.open(1);
                    return Ok(());
                }
                ')' if said || !turned_off => {
                    self.skip(1);
                    return Ok(());
                }
                _ => {
                    self.skip(sign.len_utf8());
                    break;
                }
            }
            self.skip(1);
        }
        Err(("invalid or unsupported Perl syntax", self.since(before)))
    }
}

/// How often `{2}`, `{2,}` or `{2,3}` repeats, and how long it is.
fn numbers(text: &str) -> Option<(Times, usize)> {
    let (least, rest) = number(&text[1..])?;
    let (most, rest) = match rest.strip_prefix(',') {
        None => (Some(least), rest),
        Some(rest) if rest.starts_with('}') => (None, rest),
        Some(rest) => number(rest).map(|(most, rest)| (Some(most), rest))?,
    };
    let rest = rest.strip_prefix('}')?;
    Some(((least, most), text.len() - rest.len()))
}

/// A number without zeros before it (the largest that there is, where it is larger), and what is behind it.
fn number(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let is_one = digits == "0" || !digits.is_empty() && !digits.starts_with('0');
    is_one.then(|| (digits.parse().unwrap_or(u64::MAX), rest))
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[track_caller]
    fn check(pattern: &str, expected: &str) {
        let found = fault(pattern).unwrap_or_default();
        assert_eq!(found.trim_start_matches("error parsing regexp: "), expected, "{pattern}");
    }

    #[test]
    fn what_go_takes_is_taken() {
        for pattern in [
            "",
            "^[^[]+$",
            "[[]",
            "[]a]",
            "[a-]",
            "[a&&b]",
            "[[:alpha:]-z]",
            r"\012[\012]\x41\x{10FFFF}\_\-",
            r"\Q[\E\pL\p{Greek}\p{greek}[\P{Lu}]",
            "a{,2}{",
            "(?i:a)(?is-U)b(?P<i>c)(?<j_1>d)(?i)",
            "a??b+?c*?d{2}?",
            "(a{10}){100}",
            "(|a)|(b|)",
            "(?:a*)*",
        ] {
            check(pattern, "");
        }
    }

    #[test]
    fn what_is_none_is_told_in_the_words_of_go() {
        check("a[b", "missing closing ]: `[b`");
        check("(a", "missing closing ): `(a`");
        check("a)", "unexpected ): `a)`");
        check("*a", "missing argument to repetition operator: `*`");
        check("a|+?", "missing argument to repetition operator: `+?`");
        check("({2}a)", "missing argument to repetition operator: `{2}`");
        check("a**", "invalid nested repetition operator: `**`");
        check("a{2}?{3}", "invalid nested repetition operator: `{2}?{3}`");
        check("a{1001}", "invalid repeat count: `{1001}`");
        check("a{3,2}b", "invalid repeat count: `{3,2}`");
        check("(a{11}b){100}c", "invalid repeat count: `{100}`");
        check("a(?=b)", "invalid or unsupported Perl syntax: `(?=`");
        check("(?i-)", "invalid or unsupported Perl syntax: `(?i-)`");
        check("(?i", "invalid or unsupported Perl syntax: `(?i`");
        check("(?<=a)", "invalid named capture: `(?<=a)`");
        check("(?P<a-b>c)", "invalid named capture: `(?P<a-b>`");
        check(r"a\", "trailing backslash at end of expression: ``");
        check(r"\8\y", r"invalid escape sequence: `\8`");
        check(r"(a)\1", r"invalid escape sequence: `\1`");
        check(r"\x{110000}", r"invalid escape sequence: `\x{110000`");
        check(r"\xg1", r"invalid escape sequence: `\xg1`");
        check(r"\C", r"invalid escape sequence: `\C`");
        check("[b-a]", "invalid character class range: `b-a`");
        check(r"[a-\d]", r"invalid escape sequence: `\d`");
        check("[[:nope:]]", "invalid character class range: `[:nope:]`");
        check(r"\pX", r"invalid character class range: `\pX`");
        check(r"[\p{Alphabetic}]", r"invalid character class range: `\p{Alphabetic}`");
        check(r"\p{", r"invalid character class range: `\p{`");
    }
}
