//! A price service to try the example with: answers `{"cents":…}` to every request. Not a part of the plugin.
#![expect(clippy::print_stdout, reason = "a program for a terminal")]

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
};

fn main() -> io::Result<()> {
    let address = std::env::var("PRICES").unwrap_or_else(|_| "127.0.0.1:8017".to_owned());
    let listener = TcpListener::bind(&address)?;
    println!("Telling prices on http://{address}. Ctrl-C to stop.");
    for stream in listener.incoming() {
        // Whoever hangs up early does not want to know.
        let _ = answer(stream?);
    }
    Ok(())
}

/// An item's price depends on the length of its name, for we have nothing else to go by.
fn answer(mut stream: TcpStream) -> io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    // The rest of the request has to be read before the answer is written, or it may be cut off.
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let item = request.split(' ').nth(1).unwrap_or_default().trim_start_matches('/');
    let body = format!("{{\"cents\":{}}}", item.len() * 25);
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}
