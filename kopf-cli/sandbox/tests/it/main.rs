//! The sandbox as its clients see it, without sockets and with them.

mod client;
mod deep;
mod faults;
mod objects;
mod sockets;
mod watches;
