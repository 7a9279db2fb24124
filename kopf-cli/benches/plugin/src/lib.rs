//! An operator of fifty handlers, to be measured: what many of them take of memory and time, and what daemons and timers do.

use std::time::Duration;

use kopf_plugin_api::prelude::*;

#[kopf::on::create("zalando.org", "v1", "kopfexamples")]
async fn create_fn() -> Outcome<Value> {
    Ok(json!({ "message": "hello world" }))
}

/// Updates that nobody makes.
macro_rules! updates {
    ($($name:ident)*) => {
        $(
            #[kopf::on::update("zalando.org", "v1", "kopfexamples")]
            async fn $name() {}
        )*
    };
}

updates! {
    update_00 update_01 update_02 update_03 update_04 update_05 update_06 update_07 update_08 update_09
    update_10 update_11 update_12 update_13 update_14 update_15 update_16 update_17 update_18 update_19
    update_20 update_21 update_22 update_23 update_24 update_25 update_26 update_27 update_28 update_29
    update_30 update_31 update_32 update_33 update_34 update_35 update_36 update_37 update_38 update_39
    update_40 update_41 update_42 update_43 update_44 update_45 update_46
}

/// As long as the object is there, where it asks for it.
#[kopf::daemon("zalando.org", "v1", "kopfexamples", labels = { "background" = "yes" })]
async fn sleeper(stopped: Stopped) {
    while !stopped.wait(Duration::from_secs(3600)).await {}
}

/// Six times a minute, where the object asks for it.
#[kopf::timer("zalando.org", "v1", "kopfexamples", interval = "10s", labels = { "background" = "yes" })]
async fn ticker() {}
