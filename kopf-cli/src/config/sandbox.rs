//! What `kopf sandbox` is to do.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket},
    path::PathBuf,
};

use super::{Environment, Error, text, value};
use crate::args;

/// What `kopf sandbox` is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sandbox {
    /// Where to listen.
    pub address: SocketAddr,
    /// The names for which its certificate must be good, besides the address and the loopback's.
    pub names: Vec<String>,
    /// Where to write the kubeconfig, unless it is where kubeconfigs of sandboxes are.
    pub kubeconfig: Option<PathBuf>,
    /// Files and folders of objects to create or update first, in order.
    pub manifests: Vec<PathBuf>,
    /// Where the objects are kept.
    pub state: Option<PathBuf>,
    /// Whether roles and bindings say who may do what.
    pub rbac: bool,
    /// Whether workloads are said to run.
    pub simulate: bool,
}

impl Default for Sandbox {
    fn default() -> Self {
        let address = (Ipv4Addr::LOCALHOST, 0).into();
        Sandbox {
            address,
            names: vec![],
            kubeconfig: None,
            manifests: vec![],
            state: None,
            rbac: false,
            simulate: false,
        }
    }
}

impl Sandbox {
    /// Takes what was typed, and asks the environment for what was not. An empty variable counts as none.
    ///
    /// # Errors
    ///
    /// When a variable holds what its option does not take, or when the address is none of this machine.
    pub fn new(
        typed: args::sandbox::Sandbox,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Sandbox, Error> {
        let environment = Environment(environment);
        let port = environment.or(typed.port, "KOPF_PORT", value::port)?.unwrap_or(0);
        let listen = environment.or(typed.listen, "KOPF_LISTEN", text)?;
        let (address, names) = match &listen {
            None => (SocketAddr::from((Ipv4Addr::LOCALHOST, port)), vec![]),
            Some(place) => listening_at(place, port, environment.get("HOSTNAME").or_else(machine))?,
        };
        let path = |text: &str| Ok(text.into());
        Ok(Sandbox {
            address,
            names,
            kubeconfig: environment.or(typed.kubeconfig, "KOPF_SANDBOX_KUBECONFIG", path)?,
            manifests: environment.or_paths(typed.manifests, "KOPF_APPLY")?,
            state: environment.or(typed.state, "KOPF_STATE", path)?,
            rbac: typed.rbac || environment.switch("KOPF_RBAC")?,
            simulate: typed.simulate || environment.switch("KOPF_SIMULATE")?,
        })
    }
}

/// The address that is meant, and the names by which others call it.
fn listening_at(place: &str, port: u16, host: Option<String>) -> Result<(SocketAddr, Vec<String>), Error> {
    if let Ok(ip) = place.parse::<IpAddr>() {
        // Who listens everywhere is reached by the machine's name, and by the addresses that it has for others.
        let others = host.into_iter().chain(outward(ip.is_ipv6()).map(|ip| ip.to_string()));
        let names = if ip.is_unspecified() { others.collect() } else { vec![] };
        return Ok((SocketAddr::new(ip, port), names));
    }
    if has_port(place) {
        return Err(Error::WithPort { place: place.to_owned() });
    }
    let found = (place, port).to_socket_addrs().ok().and_then(|mut found| found.next());
    let address = found.ok_or_else(|| Error::Nowhere { place: place.to_owned() })?;
    Ok((address, vec![place.to_owned()]))
}

/// Whether what is no address is written as one with a port, be it one that no port has.
fn has_port(place: &str) -> bool {
    place.contains(['[', ']']) || place.matches(':').count() == 1
}

/// What the system calls this machine; a shell does not pass that on to its commands.
fn machine() -> Option<String> {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// The addresses that packets to other networks bear, `of_both` IPv4 and IPv6. None is sent.
fn outward(of_both: bool) -> impl Iterator<Item = IpAddr> {
    // Addresses for documentation, which nobody has.
    let v4 = (IpAddr::from(Ipv4Addr::UNSPECIFIED), IpAddr::from(Ipv4Addr::new(192, 0, 2, 1)));
    let v6 =
        (IpAddr::from(Ipv6Addr::UNSPECIFIED), IpAddr::from(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)));
    [v4].into_iter().chain(of_both.then_some(v6)).filter_map(|(any, elsewhere)| {
        let socket = UdpSocket::bind((any, 0)).ok()?;
        socket.connect((elsewhere, 9)).ok()?;
        Some(socket.local_addr().ok()?.ip())
    })
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;
    use crate::args::{Command, parse};

    #[track_caller]
    fn check(line: &str, environment: &[&str], expected: &str) {
        let words = ["kopf", "sandbox"].into_iter().chain(line.split_whitespace()).map(OsString::from);
        let Ok(Command::Sandbox(typed)) = parse(words) else { panic!("`{line}` is wrong usage") };
        let get = |variable: &str| {
            (environment.iter())
                .find_map(|pair| pair.strip_prefix(variable)?.strip_prefix('=').map(str::to_owned))
        };
        let found = match Sandbox::new(typed, &get) {
            Ok(Sandbox { address, names, kubeconfig, manifests, state, rbac, simulate }) => {
                let rbac = if rbac { " rbac" } else { "" };
                let simulate = if simulate { " simulate" } else { "" };
                format!("{address} {names:?} {kubeconfig:?} {manifests:?} {state:?}{rbac}{simulate}")
            }
            Err(error) => format!("error: {error}"),
        };
        assert_eq!(found, expected, "of `kopf sandbox {line}` with {environment:?}");
    }

    #[test]
    fn a_sandbox_is_on_a_free_port_of_the_loopback_unless_told_otherwise() {
        check("", &[], "127.0.0.1:0 [] None [] None");
        check("--port 8001", &[], "127.0.0.1:8001 [] None [] None");
        check("--rbac", &[], "127.0.0.1:0 [] None [] None rbac");
        check("", &["KOPF_RBAC=true"], "127.0.0.1:0 [] None [] None rbac");
        check("--simulate", &[], "127.0.0.1:0 [] None [] None simulate");
        check("", &["KOPF_SIMULATE=true"], "127.0.0.1:0 [] None [] None simulate");
        check("--listen 192.0.2.7 --port 1", &[], "192.0.2.7:1 [] None [] None");
        check("", &["KOPF_PORT=8001", "KOPF_LISTEN=::1"], "[::1]:8001 [] None [] None");
        check("--port 7", &["KOPF_PORT=8001"], "127.0.0.1:7 [] None [] None");
        check("", &["KOPF_PORT=http"], "error: KOPF_PORT is `http`: expected a port, from 0 to 65535");
        check(
            "--listen no.such.kopf.invalid",
            &[],
            "error: nothing is found at no.such.kopf.invalid: give --listen an address of this machine, or a name of it",
        );
        for (places, address) in [
            (
                ["127.0.0.1:80", "localhost:80", "localhost:99999", "localhost:", ":80"].as_slice(),
                "the address alone",
            ),
            (&["[::1]:80", "[::1]", "[::1]:", "[localhost]", "[::1"], "the address alone, without brackets"),
        ] {
            for place in places {
                let expected =
                    format!("error: --listen is `{place}`: give it {address}, and the port by --port");
                check(&format!("--listen {place}"), &[], &expected);
            }
        }
    }

    #[test]
    fn a_name_stands_in_the_certificate() {
        let (address, names) = listening_at("localhost", 5, None).unwrap();
        assert!(
            address.ip().is_loopback() && address.port() == 5 && names == ["localhost"],
            "{address} {names:?}"
        );
        let (address, names) = listening_at("0.0.0.0", 5, Some("box".to_owned())).unwrap();
        assert!(address.ip().is_unspecified() && names[0] == "box", "{address} {names:?}");
        assert!(machine().is_some_and(|name| name == name.trim()), "every machine has a name");
    }

    #[test]
    fn files_are_named_by_words_or_variables() {
        let by_words = "--kubeconfig k --apply a b --apply c --state s";
        let expected = r#"127.0.0.1:0 [] Some("k") ["a", "b", "c"] Some("s")"#;
        check(by_words, &[], expected);
        check("", &["KOPF_SANDBOX_KUBECONFIG=k", "KOPF_APPLY=a b,c", "KOPF_STATE=s"], expected);
        // That one says which kubeconfig is to be read.
        check("", &["KOPF_KUBECONFIG=k"], "127.0.0.1:0 [] None [] None");
    }
}
