//! What errors of the connection say, with their causes, and without what is secret.

use std::{error::Error, process::Output};

use kube::client::AuthError;

/// What is said of a certificate that is not trusted, before why.
const UNTRUSTED: &str = "invalid peer certificate: ";
/// What is said of one that nobody known here has signed.
const UNKNOWN_AUTHORITY: &str = "invalid peer certificate: UnknownIssuer";

/// How much is told of what a program complained of.
const COMPLAINT: usize = 300;

/// An error with its causes after colons, each once.
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let (told, cause) = match failed_login(error) {
            Some(told) => (told, None),
            None => (error.to_string(), error.source()),
        };
        if text.is_empty() {
            text = told;
        } else if !text.contains(&told) {
            text = format!("{text}: {told}");
        }
        next = cause;
    }
    text
}

/// Why there was no answer, without the names of the layers that it came through.
pub(super) fn reason(error: &(dyn Error + 'static)) -> String {
    let said = match error.downcast_ref() {
        Some(kube::Error::Service(error)) => chain(error.as_ref()),
        _ => chain(error),
    };
    if said.ends_with(UNKNOWN_AUTHORITY) {
        return format!(
            "{said}: name the authority that has signed its certificate, as certificate-authority in the kubeconfig, or by \
             Credentials::ca in a login handler"
        );
    }
    said
}

/// Whether there was no answer because the server's certificate is not trusted.
pub(super) fn is_of_a_certificate(reason: &str) -> bool {
    reason.contains(UNTRUSTED)
}

/// What is told of a program that was to bring credentials: how it ended, and what it complained of. By themselves these errors
/// show the variables that it was given and all that it has printed, which may be the credentials.
fn failed_login(error: &(dyn Error + 'static)) -> Option<String> {
    let error = match error.downcast_ref() {
        Some(kube::Error::Auth(error)) => error,
        _ => error.downcast_ref::<AuthError>()?,
    };
    match error {
        AuthError::AuthExecRun { out, .. } => Some(ended(out)),
        AuthError::AuthExecParse(_) => {
            Some("what it prints is no ExecCredential; run it by hand to see".to_owned())
        }
        _ => None,
    }
}

fn ended(output: &Output) -> String {
    let complaint = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = complaint.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let complaint: String = lines.join("; ").chars().take(COMPLAINT).collect();
    match complaint.as_str() {
        "" => format!("it ended with {} and does not say why; run it by hand to see", output.status),
        complaint => format!("it ended with {}: {complaint}", output.status),
    }
}
