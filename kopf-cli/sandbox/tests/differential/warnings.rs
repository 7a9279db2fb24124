//! What a server warns of in objects of built-in kinds that it takes, in its words and in its order.

mod others;
mod pods;
mod services;
mod storage;

use super::{check, check_warnings};
