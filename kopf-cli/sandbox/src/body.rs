//! The body of an answer: bytes, or the lines of a watch as they come.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures::{
    FutureExt, Stream, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use http_body::{Frame, SizeHint};

/// The connection ends here, without an answer or in the middle of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the connection was cut")]
pub struct Cut;

/// What a sandbox answers with.
pub struct Body(Content);

enum Content {
    Whole(Option<Bytes>),
    Lines(BoxStream<'static, Result<Bytes, Cut>>),
}

impl Body {
    pub(crate) fn whole(bytes: impl Into<Bytes>) -> Self {
        Body(Content::Whole(Some(bytes.into()).filter(|bytes| !bytes.is_empty())))
    }

    pub(crate) fn lines(lines: impl Stream<Item = Result<Bytes, Cut>> + Send + 'static) -> Self {
        Body(Content::Lines(Box::pin(lines)))
    }

    /// All of it, where it does not come line by line.
    pub(crate) fn bytes(&self) -> Option<&Bytes> {
        match &self.0 {
            Content::Whole(bytes) => bytes.as_ref(),
            Content::Lines(_) => None,
        }
    }

    /// The same with its bytes changed, where it does not come line by line.
    pub(crate) fn changed(self, change: impl FnOnce(Bytes) -> Bytes) -> Self {
        match self.0 {
            Content::Whole(Some(bytes)) => Body::whole(change(bytes)),
            other => Body(other),
        }
    }

    /// Half of an answer at once and the rest after `wait`; of a watch, each line after one.
    pub(crate) fn slowly(self, wait: impl Fn() -> BoxFuture<'static, ()> + Send + 'static) -> Self {
        match self.0 {
            Content::Lines(lines) => Body::lines(lines.then(move |line| wait().map(|()| line))),
            Content::Whole(whole) => {
                let [first, rest] = halves(whole);
                Body::lines(stream::iter([Ok(first)]).chain(wait().map(|()| Ok(rest)).into_stream()))
            }
        }
    }

    /// Half of an answer, or the first line of a watch, and then a cut.
    pub(crate) fn cut_short(self) -> Self {
        let cut = stream::iter([Err(Cut)]);
        match self.0 {
            Content::Lines(lines) => Body::lines(lines.take(1).chain(cut)),
            Content::Whole(whole) => Body::lines(stream::iter([Ok(halves(whole)[0].clone())]).chain(cut)),
        }
    }

    /// Ends the lines of a watch, as if it were over, when `end` comes.
    pub(crate) fn until(self, end: impl Future<Output = ()> + Send + 'static) -> Self {
        match self.0 {
            Content::Lines(lines) => Body::lines(lines.take_until(end)),
            whole @ Content::Whole(_) => Body(whole),
        }
    }
}

fn halves(whole: Option<Bytes>) -> [Bytes; 2] {
    let mut first = whole.unwrap_or_default();
    let rest = first.split_off(first.len() / 2);
    [first, rest]
}

impl fmt::Debug for Body {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Content::Whole(bytes) => formatter.debug_tuple("Body").field(bytes).finish(),
            Content::Lines(_) => formatter.write_str("Body(..)"),
        }
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        match &mut self.0 {
            Content::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Content::Lines(lines) => {
                lines.as_mut().poll_next(context).map(|line| line.map(|line| line.map(Frame::data)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(&self.0, Content::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Content::Whole(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            Content::Lines(_) => SizeHint::default(),
        }
    }
}
