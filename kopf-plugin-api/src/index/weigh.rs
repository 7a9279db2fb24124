//! How much a value weighs: its length as JSON where it can be written so, else that of its text for debugging, else its
//! size without what it points to.
//!
//! Which of them is chosen where the attribute expands, for there the type is known: of `(&&Scales).weigh()`, the method of
//! `&Scales` is found before that of `&&Scales`, and that before the one of `Scales`, if they are there.

use std::{
    fmt::{self, Debug, Write},
    io,
    marker::PhantomData,
};

use serde::Serialize;

/// Weighs values of a type.
pub struct Scales<V>(pub PhantomData<V>);

/// What can be written as JSON.
pub trait ByJson<V> {
    /// Weighs a value, up to a limit.
    fn weigh(&self) -> fn(&V, usize) -> usize;
}

/// What can be shown for debugging.
pub trait ByText<V> {
    /// Weighs a value, up to a limit.
    fn weigh(&self) -> fn(&V, usize) -> usize;
}

/// Anything.
pub trait BySize<V> {
    /// Weighs a value.
    fn weigh(&self) -> fn(&V, usize) -> usize;
}

impl<V: Serialize> ByJson<V> for &Scales<V> {
    fn weigh(&self) -> fn(&V, usize) -> usize {
        |value, limit| {
            let mut pan = Pan { weight: 0, limit };
            // What cannot be written after all weighs what could be.
            drop(serde_json::to_writer(&mut pan, value));
            pan.weight
        }
    }
}

impl<V: Debug> ByText<V> for &&Scales<V> {
    fn weigh(&self) -> fn(&V, usize) -> usize {
        |value, limit| {
            let mut pan = Pan { weight: 0, limit };
            // It ends where it is too long.
            let _ = write!(pan, "{value:?}");
            pan.weight.max(size_of::<V>())
        }
    }
}

impl<V> BySize<V> for Scales<V> {
    fn weigh(&self) -> fn(&V, usize) -> usize {
        |_, _| size_of::<V>()
    }
}

/// Takes bytes for their number alone, until there are too many.
struct Pan {
    weight: usize,
    limit: usize,
}

impl Pan {
    /// Whether that many bytes more are not too many.
    fn takes(&mut self, bytes: usize) -> bool {
        self.weight += bytes;
        self.weight <= self.limit
    }
}

impl Write for Pan {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.takes(text.len()) { Ok(()) } else { Err(fmt::Error) }
    }
}

impl io::Write for Pan {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.takes(bytes.len()) { Ok(bytes.len()) } else { Err(io::ErrorKind::StorageFull.into()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Plain {
        #[expect(dead_code, reason = "it is shown")]
        text: String,
    }

    struct Opaque {
        _text: String,
    }

    #[test]
    fn a_value_is_weighed_by_its_text_or_else_by_its_size() {
        let text = (&&Scales::<String>(PhantomData)).weigh();
        assert_eq!(text(&"abc".to_owned(), 100), 5);
        assert!(text(&"x".repeat(10 << 20), 100) > 100, "and is not written to its end");
        let plain = (&&Scales::<Plain>(PhantomData)).weigh();
        let made = |length: usize| Plain { text: "x".repeat(length) };
        assert_eq!(plain(&made(100), 1000), 100 + r#"Plain { text: "" }"#.len());
        assert_eq!(plain(&made(0), 1000), size_of::<Plain>(), "it is never less than it is itself");
        let heavy = plain(&made(10 << 20), 100);
        assert!((100..12 << 20).contains(&heavy), "what is behind pointers counts: {heavy}");
        let opaque = Scales::<Opaque>(PhantomData).weigh();
        assert_eq!(opaque(&Opaque { _text: "abc".to_owned() }, 100), size_of::<Opaque>());
    }
}
