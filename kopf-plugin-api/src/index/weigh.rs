//! How much a value weighs: its length as JSON where it can be written so, else its size without what it points to.
//!
//! Which of the two is chosen where the attribute expands, for there the type is known: `Scales::weigh` is found before
//! `(&Scales)::weigh`, if it is there.

use std::{io, marker::PhantomData};

use serde::Serialize;

/// Weighs values of a type.
pub struct Scales<V>(pub PhantomData<V>);

/// What can be written as JSON.
pub trait ByJson<V> {
    /// Weighs a value, up to a limit.
    fn weigh(&self) -> fn(&V, usize) -> usize;
}

/// Anything.
pub trait BySize<V> {
    /// Weighs a value.
    fn weigh(&self) -> fn(&V, usize) -> usize;
}

impl<V: Serialize> ByJson<V> for Scales<V> {
    fn weigh(&self) -> fn(&V, usize) -> usize {
        |value, limit| {
            let mut pan = Pan { weight: 0, limit };
            // What cannot be written after all weighs what could be.
            drop(serde_json::to_writer(&mut pan, value));
            pan.weight
        }
    }
}

impl<V> BySize<V> for &Scales<V> {
    fn weigh(&self) -> fn(&V, usize) -> usize {
        |_, _| size_of::<V>()
    }
}

/// Takes bytes for their number alone, until there are too many.
struct Pan {
    weight: usize,
    limit: usize,
}

impl io::Write for Pan {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.weight += bytes.len();
        if self.weight > self.limit { Err(io::ErrorKind::StorageFull.into()) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Opaque {
        _text: String,
    }

    #[test]
    fn json_is_weighed_by_its_length_and_all_else_by_its_size() {
        let text = Scales::<String>(PhantomData).weigh();
        assert_eq!(text(&"abc".to_owned(), 100), 5);
        assert!(text(&"x".repeat(10 << 20), 100) > 100, "and is not written to its end");
        let opaque = (&Scales::<Opaque>(PhantomData)).weigh();
        assert_eq!(opaque(&Opaque { _text: "abc".to_owned() }, 100), size_of::<Opaque>());
    }
}
