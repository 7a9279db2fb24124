//! The formats of strings that custom resources may ask for, and expressions ask about.

pub(crate) mod durations;
mod email;

use std::{net::IpAddr, sync::LazyLock};

use jiff::civil::Date;
use regex::Regex;

use crate::net::{addresses, urls};

/// A format by its name, which may be written with dashes or without.
pub(crate) fn find(name: &str) -> Option<Check> {
    let name = name.replace('-', "");
    FORMATS.iter().find(|(known, _)| *known == name).map(|(_, check)| *check)
}

type Check = fn(&str) -> bool;

const FORMATS: [(&str, Check); 26] = [
    ("bsonobjectid", |text| text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit())),
    ("byte", |text| BASE64.is_match(text)),
    ("cidr", |text| addresses::tolerant_range(text).is_some()),
    ("creditcard", credit_card),
    ("date", date),
    ("datetime", date_time),
    ("duration", |text| durations::read(text).is_ok()),
    ("email", email::is_one),
    ("hexcolor", |text| HEX_COLOR.is_match(text)),
    ("hostname", hostname),
    ("ipv4", |text| text.contains('.') && addresses::tolerant(text).is_some()),
    ("ipv6", |text| text.contains(':') && text.parse::<IpAddr>().is_ok()),
    ("isbn", |text| isbn10(text) || isbn13(text)),
    ("isbn10", isbn10),
    ("isbn13", isbn13),
    ("k8slongname", |text| text.len() <= 253 && LONG_NAME.is_match(text)),
    ("k8sshortname", |text| text.len() <= 63 && SHORT_NAME.is_match(text)),
    ("mac", |text| MAC.is_match(text)),
    ("password", |_| true),
    ("rgbcolor", |text| RGB_COLOR.is_match(text)),
    ("ssn", |text| text.len() == 11 && SSN.is_match(text)),
    ("uri", |text| urls::read(text, true).is_ok()),
    ("uuid", |text| UUID.is_match(text)),
    ("uuid3", |text| UUID.is_match(text) && uuid_version(text, &['3'], false)),
    ("uuid4", |text| UUID.is_match(text) && uuid_version(text, &['4'], true)),
    ("uuid5", |text| UUID.is_match(text) && uuid_version(text, &['5'], true)),
];

macro_rules! patterns {
    ($($name:ident $pattern:literal)*) => {
        $(static $name: LazyLock<Regex> = LazyLock::new(|| Regex::new($pattern).expect("tests compile it"));)*
    };
}

// Blanks and digits are those of ASCII, as in Go.
patterns! {
    BASE64 r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$"
    CREDIT_CARD r"^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35[0-9]{3})[0-9]{11})$"
    HEX_COLOR r"^#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$"
    HOSTNAME r"^([a-zA-Z0-9\p{S}\p{L}]((-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?)|([a-zA-Z0-9\p{S}\p{L}](([a-zA-Z0-9\-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?)(\.)){1,}([a-zA-Z\p{L}]){2,63})$"
    LONG_NAME r"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$"
    MAC r"^(?:[0-9a-fA-F]{2}(?:(?::[0-9a-fA-F]{2}){5}|(?::[0-9a-fA-F]{2}){7}|(?::[0-9a-fA-F]{2}){19}|(?:-[0-9a-fA-F]{2}){5}|(?:-[0-9a-fA-F]{2}){7}|(?:-[0-9a-fA-F]{2}){19})|[0-9a-fA-F]{4}(?:(?:\.[0-9a-fA-F]{4}){2}|(?:\.[0-9a-fA-F]{4}){3}|(?:\.[0-9a-fA-F]{4}){9}))$"
    RGB_COLOR r"^rgb\([\t\n\f\r ]*(?:0|[1-9][0-9]?|1[0-9][0-9]?|2[0-4][0-9]|25[0-5])[\t\n\f\r ]*(?:,[\t\n\f\r ]*(?:0|[1-9][0-9]?|1[0-9][0-9]?|2[0-4][0-9]|25[0-5])[\t\n\f\r ]*){2}\)$"
    SHORT_NAME r"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$"
    SSN r"^[0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{4}$"
    TIME r"^([0-9]{2}):([0-9]{2}):([0-9]{2})(?:.[0-9]+)?(?:z|[+-][0-9]{2}:[0-9]{2})$"
    UUID r"(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$"
}

fn credit_card(text: &str) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let doubled = |(index, digit): (usize, u32)| match digit * 2 {
        _ if index % 2 == 0 => digit,
        twice if twice >= 10 => twice - 9,
        twice => twice,
    };
    let sum: u32 = digits.chars().rev().filter_map(|digit| digit.to_digit(10)).enumerate().map(doubled).sum();
    CREDIT_CARD.is_match(&digits) && sum.is_multiple_of(10)
}

fn date(text: &str) -> bool {
    let number = |range| text.get(range).filter(|part: &&str| part.bytes().all(|byte| byte.is_ascii_digit()));
    let (Some(year), Some(month), Some(day)) = (number(0..4), number(5..7), number(8..10)) else {
        return false;
    };
    let is_a_day = || Some(Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).is_ok());
    text.len() == 10 && &text[4..5] == "-" && &text[7..8] == "-" && is_a_day() == Some(true)
}

fn date_time(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let mut parts = lower.split('t');
    let (Some(day), Some(time)) = (parts.next(), parts.next()) else { return false };
    date(day)
        && TIME
            .captures(time)
            .is_some_and(|found| &found[1] <= "23" && &found[2] <= "59" && &found[3] <= "59")
}

fn hostname(text: &str) -> bool {
    HOSTNAME.is_match(text) && text.len() <= 255 && text.split('.').all(|part| part.len() <= 63)
}

fn isbn_digits(text: &str) -> Vec<char> {
    text.chars().filter(|letter| !"\t\n\u{c}\r -".contains(*letter)).collect()
}

fn isbn10(text: &str) -> bool {
    let digits = isbn_digits(text);
    let worth = |(index, digit): (usize, &char)| match digit {
        'X' if index == 9 => Some(100),
        digit => digit.to_digit(10).map(|digit| digit * (index as u32 + 1)),
    };
    let worths: Option<Vec<u32>> = digits.iter().enumerate().map(worth).collect();
    digits.len() == 10 && worths.is_some_and(|worths| worths.iter().sum::<u32>().is_multiple_of(11))
}

fn isbn13(text: &str) -> bool {
    let digits = isbn_digits(text);
    let worth = |(index, digit): (usize, &char)| digit.to_digit(10).map(|digit| digit * [1, 3][index % 2]);
    let worths: Option<Vec<u32>> = digits.iter().enumerate().map(worth).collect();
    digits.len() == 13 && worths.is_some_and(|worths| worths.iter().sum::<u32>().is_multiple_of(10))
}

fn uuid_version(text: &str, versions: &[char], variant: bool) -> bool {
    let digits: Vec<char> = text.to_lowercase().chars().filter(|letter| *letter != '-').collect();
    versions.contains(&digits[12]) && (!variant || ['8', '9', 'a', 'b'].contains(&digits[16]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(format: &str, valid: &[&str], invalid: &[&str]) {
        let check = find(format).unwrap();
        for text in valid {
            assert!(check(text), "{text:?} is a {format}");
        }
        for text in invalid {
            assert!(!check(text), "{text:?} is no {format}");
        }
    }

    #[test]
    fn formats_tell_what_is_of_them() {
        check("bsonobjectid", &["507f1f77bcf86cd799439011"], &["507f", "x"]);
        check("byte", &["dg==", "dh==", "AAB="], &["", "d", "dg", "dg==\n"]);
        check("cidr", &["10.0.0.0/8", "fd00::/8"], &["10.0.0.0", "10.0.0.0/33", "x/8"]);
        check("creditcard", &["4111 1111 1111 1111"], &["4111 1111 1111 1112", "x"]);
        check(
            "date",
            &["2026-01-31", "0000-02-29"],
            &["-001-01-01", "2026 01 01", "１26-01-01", "2026-02-30", "26-1-1", "2026-01-31T00:00:00Z"],
        );
        check(
            "date-time",
            &["2026-01-31T10:20:30Z", "2026-01-31t10:20:30.5+01:00"],
            &["2026-01-31", "2026-01-31T24:00:00Z"],
        );
        check(
            "duration",
            &["1h30m", "5 days", "-1.5s", "0", "9999999999h"],
            &["", "5", "five days", "5\u{a0}days", "1h 99999999999999999999x", "9999999999.h"],
        );
        check("email", &["a@b.c", "A <a@b.c>"], &["a", "@b"]);
        check("hexcolor", &["#fff", "FFAA00"], &["#ffff", "x"]);
        check("hostname", &["example.com", "localhost"], &["-a.com", "a_b", ""]);
        check("ipv4", &["10.0.0.1", "010.0.0.1", "::ffff:010.0.0.1"], &["10.0.0", "::1", "10.0.0.256"]);
        check("ipv6", &["::1", "fd00::1"], &["10.0.0.1", ":::"]);
        check("isbn", &["0321751043", "978-0321751041"], &["0321751044", "x"]);
        check("isbn10", &["0321751043"], &["978-0321751041"]);
        check("isbn13", &["978-0321751041"], &["0321751043"]);
        check("k8s-long-name", &["a.b-c.d1"], &["A", "a..b", "-a"]);
        check("k8s-short-name", &["a-b"], &["a.b", ""]);
        check("mac", &["00:1a:2b:3c:4d:5e", "001a.2b3c.4d5e"], &["00:1a:2b:3c:4d", "00-1a:2b:3c:4d:5e"]);
        check("password", &["", "x"], &[]);
        check("rgbcolor", &["rgb(0, 128,255)"], &["rgb(0,0,256)", "rgb(1,2)"]);
        check("ssn", &["123-45-6789"], &["123456789", "x"]);
        check(
            "uri",
            &["/a/b", "https://example.com/x", "/a b", "*"],
            &["a/b", "", "ht tp://x", "/%zz", "http://[::1"],
        );
        check("uuid", &["6BA7B810-9dad-11d1-80b4-00c04fd430c8"], &["6ba7b810"]);
        check("uuid3", &["6ba7b810-9dad-31d1-80b4-00c04fd430c8"], &["6ba7b810-9dad-11d1-80b4-00c04fd430c8"]);
        check("uuid4", &["6ba7b810-9dad-41d1-80b4-00c04fd430c8"], &["6ba7b810-9dad-41d1-70b4-00c04fd430c8"]);
        check("uuid5", &["6ba7b810-9dad-51d1-80b4-00c04fd430c8"], &["6ba7b810-9dad-41d1-80b4-00c04fd430c8"]);
    }
}
