//! Bytes that choose: whoever makes up bytes, at random or by what they reach, makes up requests.

/// What is left of the bytes. When there are no more, the first of everything is chosen.
pub(crate) struct Choices<'a>(pub(crate) &'a [u8]);

impl<'a> Choices<'a> {
    pub(crate) fn next(&mut self) -> usize {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*first)
    }

    /// A number of two bytes.
    pub(crate) fn wide(&mut self) -> usize {
        self.next() * 256 + self.next()
    }

    /// One of at most 256.
    pub(crate) fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.next() % all.len()]
    }

    /// Bytes as they are, at most so many.
    pub(crate) fn bytes(&mut self, most: usize) -> &'a [u8] {
        let (bytes, rest) = self.0.split_at(most.min(self.0.len()));
        self.0 = rest;
        bytes
    }
}
