//! Other names of those that certificates are about.

use super::{domains, malformed};
use crate::{
    der::{Der, SEQUENCE, plain},
    net::urls,
    printed::quoted,
};

/// What is wrong with a list of names of several kinds.
pub(in crate::builtin) fn check(mut value: Der<'_>) -> Result<(), String> {
    let list = value.within(SEQUENCE);
    let mut list = list.ok_or_else(|| malformed("invalid subject alternative names"))?;
    while !list.is_empty() {
        let name = list.any().ok_or_else(|| malformed("invalid subject alternative name"))?;
        let text = std::str::from_utf8(name.inside).ok().filter(|text| text.is_ascii());
        let kinds = [(1, "rfc822Name"), (2, "dNSName"), (6, "uniformResourceIdentifier")];
        if let Some((_, kind)) = kinds.iter().find(|(number, _)| plain(*number) == name.kind)
            && text.is_none()
        {
            return Err(malformed(&format!("SAN {kind} is malformed")));
        }
        match text {
            Some(text) if name.kind == plain(6) => check_place(text)?,
            _ if name.kind == plain(7) && ![4, 16].contains(&name.inside.len()) => {
                return Err(malformed(&format!("cannot parse IP address of length {}", name.inside.len())));
            }
            _ => {}
        }
    }
    Ok(())
}

fn check_place(text: &str) -> Result<(), String> {
    let why = match urls::with_fragment(text).map(|url| url.host) {
        Ok(host) if host.is_empty() || domains::is_valid(&host, false) => return Ok(()),
        Ok(_) => "invalid domain".to_owned(),
        Err(why) => why,
    };
    Err(malformed(&format!("cannot parse URI {}: {why}", quoted(text))))
}
