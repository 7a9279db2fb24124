//! Sends documents as a web server does: all of one, the parts that are asked for, or nothing where it is known.

use std::ops::Range;

use bytes::Bytes;
use http::{HeaderName, Method, Response, header};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use super::{Request, answer, documents::set};
use crate::body::Body;

/// How moments are written in headers; of those that are read, the others are older.
const WRITTEN: &str = "%a, %d %b %Y %H:%M:%S GMT";
const READ: [&str; 3] = [WRITTEN, "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];

/// A document, as it is.
pub(super) struct Content {
    pub(super) bytes: Bytes,
    pub(super) media: &'static str,
    /// What stands for the bytes, in quotes; empty where nothing does.
    pub(super) tag: String,
    pub(super) changed_at: Timestamp,
}

impl Content {
    pub(super) fn sent(&self, request: &Request) -> Response<Body> {
        let said = |name: HeaderName| request.header(name);
        let only_asks = matches!(request.method, Method::GET | Method::HEAD);
        let changed_at = self.changed_at.as_second();
        let since = |name: HeaderName| Some(changed_at <= moment(said(name))?.as_second());
        let is_as_wanted = match said(header::IF_MATCH) {
            "" => since(header::IF_UNMODIFIED_SINCE).unwrap_or(true),
            tags => names(tags, &self.tag, false),
        };
        let is_known = match said(header::IF_NONE_MATCH) {
            "" => only_asks && since(header::IF_MODIFIED_SINCE).unwrap_or(false),
            tags => names(tags, &self.tag, true),
        };
        let mut response = match () {
            () if !is_as_wanted || is_known && !only_asks => self.nothing(412, self.tag.is_empty()),
            () if is_known => self.nothing(304, true),
            () => self.whole_or_parts(request, only_asks),
        };
        let is_refused = response.status() == 416;
        if !self.tag.is_empty() && !is_refused {
            set(&mut response, header::ETAG, &self.tag);
        }
        if !is_refused && (response.status() != 304 || self.tag.is_empty()) {
            set(&mut response, header::LAST_MODIFIED, &self.changed_at.strftime(WRITTEN).to_string());
        }
        response
    }

    /// Nothing of the document. What it is, which has no tag, is found out only as it is sent.
    fn nothing(&self, code: u16, of_no_type: bool) -> Response<Body> {
        let mut response = answer(code, self.media, Body::whole(""));
        if of_no_type {
            response.headers_mut().remove(header::CONTENT_TYPE);
        }
        response
    }

    fn whole_or_parts(&self, request: &Request, only_asks: bool) -> Response<Body> {
        let size = self.bytes.len();
        let asked = request.header(header::RANGE);
        let is_meant = match request.header(header::IF_RANGE) {
            "" => true,
            _ if !only_asks => true,
            one if one.starts_with('"') || one.starts_with("W/") => names(one, &self.tag, false),
            time => moment(time).is_some_and(|time| time.as_second() == self.changed_at.as_second()),
        };
        let parts = if is_meant { parts(asked, size) } else { Ok(Vec::new()) };
        let parts = match parts {
            Err(Unmet::Invalid) => return refused("invalid range", None),
            Err(Unmet::Outside) if size > 0 => {
                return refused("invalid range: failed to overlap", Some(size));
            }
            Err(Unmet::Outside) => Vec::new(),
            Ok(parts) if parts.iter().map(Range::len).sum::<usize>() > size => Vec::new(),
            Ok(parts) => parts,
        };
        let mut response = match parts.as_slice() {
            [] => answer(200, self.media, Body::whole(self.bytes.clone())),
            [part] => {
                let mut response = answer(206, self.media, Body::whole(self.bytes.slice(part.clone())));
                set(&mut response, header::CONTENT_RANGE, &place(part, size));
                response
            }
            several => self.in_parts(several),
        };
        set(&mut response, header::ACCEPT_RANGES, "bytes");
        response
    }

    fn in_parts(&self, parts: &[Range<usize>]) -> Response<Body> {
        let boundary = format!("{:x}{:x}", self.changed_at.as_nanosecond(), self.bytes.len());
        let mut text = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            let before = if at == 0 { "" } else { "\r\n" };
            let (place, media) = (place(part, self.bytes.len()), self.media);
            let head =
                format!("{before}--{boundary}\r\nContent-Range: {place}\r\nContent-Type: {media}\r\n\r\n");
            text.extend_from_slice(head.as_bytes());
            text.extend_from_slice(&self.bytes[part.clone()]);
        }
        text.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        let mut response = answer(206, self.media, Body::whole(text));
        let media = format!("multipart/byteranges; boundary={boundary}");
        set(&mut response, header::CONTENT_TYPE, &media);
        response
    }
}

/// Why no part can be sent.
#[derive(Debug, PartialEq)]
enum Unmet {
    Invalid,
    Outside,
}

/// The parts that a `Range` asks for; none where it asks for all.
fn parts(asked: &str, size: usize) -> Result<Vec<Range<usize>>, Unmet> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let asked = asked.strip_prefix("bytes=").ok_or(Unmet::Invalid)?;
    let number = |text: &str| {
        let digits = text.strip_prefix('+').unwrap_or(text);
        let number = digits.parse::<u64>().ok().filter(|number| i64::try_from(*number).is_ok());
        number.map(|number| usize::try_from(number).unwrap_or(usize::MAX)).ok_or(Unmet::Invalid)
    };
    let (mut parts, mut is_outside) = (Vec::new(), false);
    for part in asked.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (start, end) = part.split_once('-').ok_or(Unmet::Invalid)?;
        match (start.trim(), end.trim()) {
            ("", end) => parts.push(size - number(end)?.min(size)..size),
            (start, _) if number(start)? >= size => is_outside = true,
            (start, "") => parts.push(number(start)?..size),
            (start, end) => {
                let (start, end) = (number(start)?, number(end)?);
                if start > end {
                    return Err(Unmet::Invalid);
                }
                parts.push(start..end.saturating_add(1).min(size));
            }
        }
    }
    if is_outside && parts.is_empty() { Err(Unmet::Outside) } else { Ok(parts) }
}

fn place(part: &Range<usize>, size: usize) -> String {
    format!("bytes {}-{}/{size}", part.start, (part.end).saturating_sub(1))
}

fn refused(why: &str, size: Option<usize>) -> Response<Body> {
    let mut response = answer(416, "text/plain; charset=utf-8", Body::whole(format!("{why}\n")));
    if let Some(size) = size {
        set(&mut response, header::CONTENT_RANGE, &format!("bytes */{size}"));
    }
    set(&mut response, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    response
}

/// Whether a tag is one of a list, or the list is of all. What is no tag ends the list.
fn names(list: &str, tag: &str, weakly: bool) -> bool {
    let mut rest = list.trim_start();
    loop {
        rest = rest.trim_start_matches([',', ' ', '\t']);
        if rest.starts_with('*') {
            return true;
        }
        let plain = rest.strip_prefix("W/").unwrap_or(rest);
        let Some(quoted) = plain.strip_prefix('"') else { return false };
        let is_of_a_tag = |letter: char| letter == '!' || letter >= '#' && letter != '\u{7f}';
        let end = quoted.find(|letter: char| !is_of_a_tag(letter));
        let Some(end) = end.filter(|end| quoted[*end..].starts_with('"')) else { return false };
        let is_weak = plain.len() < rest.len();
        if plain[..end + 2] == *tag && (weakly || !is_weak) {
            return true;
        }
        rest = &quoted[end + 1..];
    }
}

/// A moment as a header has it.
fn moment(text: &str) -> Option<Timestamp> {
    let read = READ.iter().find_map(|form| DateTime::strptime(form, text).ok())?;
    Some(read.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_within_the_document() {
        let found = |asked: &str| {
            let parts = parts(asked, 10).unwrap().into_iter();
            parts.map(|part| (part.start, part.end)).collect::<Vec<_>>()
        };
        assert_eq!(found("bytes=0-3, 8-,-2"), [(0, 4), (8, 10), (8, 10)]);
        assert_eq!(found("bytes=5-99,20-"), [(5, 10)]);
        assert_eq!(found("bytes=-99"), [(0, 10)]);
        assert_eq!(parts("bytes=10-", 10), Err(Unmet::Outside));
        for wrong in
            ["bytes=3-2", "bytes=a-", "bytes=-", "bytes=5", "letters=0-1", "bytes=99999999999999999999-"]
        {
            assert_eq!(parts(wrong, 10), Err(Unmet::Invalid), "{wrong}");
        }
    }

    #[test]
    fn tags_are_named_strongly_or_weakly() {
        for (list, strongly, weakly) in [
            ("\"a\"", true, true),
            ("W/\"a\"", false, true),
            ("\"b\", ,W/\"c\",\"a\"", true, true),
            ("*", true, true),
            ("a", false, false),
            ("\"b\" x, \"a\"", false, false),
            ("\"", false, false),
        ] {
            assert_eq!(
                (names(list, "\"a\"", false), names(list, "\"a\"", true)),
                (strongly, weakly),
                "{list}"
            );
        }
    }

    #[test]
    fn moments_are_read_in_three_forms() {
        for text in
            ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]
        {
            assert_eq!(moment(text).map(Timestamp::as_second), Some(784_111_777), "{text}");
        }
        assert_eq!(moment("yesterday"), None);
    }
}
