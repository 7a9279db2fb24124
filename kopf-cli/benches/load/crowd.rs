//! Does one thing to many objects, so many at once.

use std::cell::RefCell;

use anyhow::Result;
use futures::future::try_join_all;

use crate::client::{Client, Connection};

/// How many requests are in flight: as many as an operator runs handlers, by default.
const AT_ONCE: usize = 64;

/// Does `work` to each item; each of the [`AT_ONCE`] lanes has a connection of its own and takes the next item when it
/// is done with one.
pub(crate) async fn each<T>(
    client: &Client,
    items: Vec<T>,
    work: impl AsyncFn(&mut Connection<'_>, T) -> Result<()>,
) -> Result<()> {
    let lanes = items.len().min(AT_ONCE);
    let items = RefCell::new(items.into_iter());
    let next = || items.borrow_mut().next();
    let lane = async || {
        let mut connection = client.connect().await?;
        while let Some(item) = next() {
            work(&mut connection, item).await?;
        }
        anyhow::Ok(())
    };
    try_join_all((0..lanes).map(|_| lane())).await?;
    Ok(())
}
