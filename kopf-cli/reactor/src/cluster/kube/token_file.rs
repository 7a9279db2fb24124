//! A token in a file, which others replace long before it ends.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use http::{HeaderValue, header};
use kube::client::Body;

use super::access::ConnectError;

/// How long what was read counts: as long as for other clients of Kubernetes.
const GOOD_FOR: Duration = Duration::from_secs(60);

/// A token in a file. Clones are the same.
#[derive(Clone)]
pub(super) struct TokenFile {
    path: PathBuf,
    read: Arc<Mutex<(HeaderValue, Instant)>>,
}

impl TokenFile {
    pub(super) fn open(path: PathBuf) -> Result<TokenFile, ConnectError> {
        let header = read(&path).map_err(|problem| ConnectError::Token { file: path.clone(), problem })?;
        Ok(TokenFile { path, read: Arc::new(Mutex::new((header, Instant::now()))) })
    }

    /// Puts the token into a request. If it cannot be read by now, the last one is used.
    pub(super) fn sign(&self, mut request: http::Request<Body>) -> http::Request<Body> {
        let mut last = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if last.1.elapsed() >= GOOD_FOR {
            let header = read(&self.path).unwrap_or_else(|_| last.0.clone());
            *last = (header, Instant::now());
        }
        request.headers_mut().insert(header::AUTHORIZATION, last.0.clone());
        request
    }
}

/// The header that a file's token makes. Editors and `echo` end files with a line break, which is no part of it.
fn read(path: &PathBuf) -> Result<HeaderValue, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let token = text.trim();
    if token.is_empty() {
        return Err("the file is empty".to_owned());
    }
    let mut header = HeaderValue::try_from(format!("Bearer {token}"))
        .map_err(|_| "it holds what no token has in it, such as a line break".to_owned())?;
    header.set_sensitive(true);
    Ok(header)
}
