//! Types of one's own for what comes in and goes out, and a call over the network in between.

use kopf_plugin_api::prelude::*;
use serde::{Deserialize, Serialize};

/// The part of `spec` that we read. An object where it does not fit is a failure that names the field.
#[derive(Deserialize)]
struct Order {
    items: Vec<String>,
}

/// What the price service answers.
#[derive(Deserialize)]
struct Price {
    cents: u32,
}

/// What becomes `status.offer`.
#[derive(Serialize)]
struct Offer {
    items: usize,
    cents: u32,
}

/// While it waits for an answer, others are handled. An error of the service comes out by `?`, and is tried again.
#[kopf::on::create("zalando.org", "v1", "kopfexamples")]
async fn offer(order: TypedSpec<Order>) -> Outcome<Offer> {
    let service = std::env::var("PRICES").unwrap_or_else(|_| "127.0.0.1:8017".to_owned());
    let mut cents = 0;
    for item in &order.items {
        let answer = reqwest::get(format!("http://{service}/{item}")).await?.error_for_status()?;
        let price: Price = answer.json().await?;
        info!("{item} is {} cents", price.cents);
        cents += price.cents;
    }
    Ok(Offer { items: order.items.len(), cents })
}
