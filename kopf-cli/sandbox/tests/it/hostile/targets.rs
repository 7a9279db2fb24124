//! From bytes to requests, to answers, to what is wrong with them: what tests at random and fuzz targets have in common.
//!
//! All that is sent follows from the bytes, so that whoever makes up bytes makes up requests.

use kopf_sandbox::Sandbox;
use tokio::runtime::{self, Runtime};

use super::{
    judge::{Answer, judge, sandbox},
    messages, requests,
};

thread_local! {
    static RUNTIME: Runtime =
        runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
    static UNCHANGED: Sandbox = sandbox();
}

/// Sends the requests that follow from bytes to a sandbox of their own, and judges each answer.
///
/// # Errors
///
/// What is wrong with an answer, and the requests that it took.
pub(crate) fn whatever(bytes: &[u8]) -> Result<(), String> {
    let sandbox = sandbox();
    let asked = requests::requests(bytes);
    for (at, request) in asked.iter().enumerate() {
        let Some(request) = request.request() else { continue };
        if let Err(wrong) = RUNTIME.with(|runtime| runtime.block_on(judge(&sandbox, request))) {
            let asked: Vec<_> = asked[..=at].iter().map(ToString::to_string).collect();
            return Err(format!("{wrong}\nafter\n{}", asked.join("\n")));
        }
    }
    Ok(())
}

/// Sends the body in protobuf that follows from bytes to a sandbox in which nothing stays of it, and judges the answer.
///
/// # Errors
///
/// What is wrong with the answer, and the body.
pub(crate) fn protobuf(bytes: &[u8]) -> Result<Answer, String> {
    let (path, body) = messages::message(bytes);
    UNCHANGED.with(|sandbox| {
        sandbox.journal().clear();
        let answer =
            RUNTIME.with(|runtime| runtime.block_on(judge(sandbox, messages::request(path, body.clone()))));
        answer
            .and_then(|answer| messages::in_proportion(answer, body.len()).map(|()| answer))
            .map_err(|wrong| format!("{wrong}\nafter POST {path} {}", body.escape_ascii()))
    })
}
