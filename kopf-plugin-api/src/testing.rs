//! Runs the handlers that are linked into a test, through the very boundary that a host uses.
//!
//! `kopf-plugin-testing` builds on this; tests of a plugin use that.

use std::sync::{Mutex, PoisonError};

use abi_stable::prefix_type::WithMetadata;
use kopf_plugin_abi::v1::{PluginV1, PluginV1Ref};

use crate::glue::{TABLES, table};

macro_rules! pool {
    ($($row:literal)*) => {
        [$(
            &table::<{ $row + 1 }>(), &table::<{ $row + 2 }>(), &table::<{ $row + 3 }>(), &table::<{ $row + 4 }>(),
            &table::<{ $row + 5 }>(), &table::<{ $row + 6 }>(), &table::<{ $row + 7 }>(), &table::<{ $row + 8 }>(),
        )*]
    };
}

static POOL: [&WithMetadata<PluginV1>; TABLES - 1] = pool!(0 8 16 24 32 40 48 56 64 72 80 88 96 104 112 120);

/// Which tables are in use, and where to look for the next.
struct Taken {
    tables: [bool; TABLES - 1],
    next: usize,
}

static TAKEN: Mutex<Taken> = Mutex::new(Taken { tables: [false; TABLES - 1], next: 0 });

/// A plugin of its own made of the handlers that are linked: with its own host, its own runtime and its own lines.
///
/// Tests that run at the same time take one each. It goes back when it is retired (`control(op::RETIRE, …)`), and must
/// not be used after that. With 128 at work, the next one is one of them, and its `init` is refused.
pub fn root() -> PluginV1Ref {
    let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    // The one that came back last is taken last: a late call of its former user finds nobody, rather than another's.
    let (count, next) = (taken.tables.len(), taken.next);
    let free =
        (0..count).map(|step| (next + step) % count).find(|&place| !taken.tables[place]).unwrap_or(next);
    taken.tables[free] = true;
    taken.next = (free + 1) % count;
    PluginV1Ref(POOL[free].static_as_prefix())
}

/// Takes back the table with this number.
pub(crate) fn give_back(table: usize) {
    if let Some(place) = table.checked_sub(1) {
        TAKEN.lock().unwrap_or_else(PoisonError::into_inner).tables[place] = false;
    }
}
