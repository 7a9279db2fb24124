//! Bodies in protobuf: recordings that are changed, messages that are made up by the table of messages, and bytes that are none.

use std::{collections::HashMap, io::Read, sync::LazyLock};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use flate2::read::DeflateDecoder;
use http::{Request, header};
use http_body_util::Full;

use super::{choices::Choices, judge::Answer};

/// What kubectl has sent: a path and a body in each line.
const RECORDINGS: &str = include_str!("../../../src/protobuf/recordings.txt");

/// What is made up: where it is sent, its version and kind.
const KINDS: &[(&str, &str, &str)] = &[
    ("/api/v1/namespaces/default/configmaps", "v1", "ConfigMap"),
    ("/api/v1/namespaces/default/secrets", "v1", "Secret"),
    ("/api/v1/namespaces/default/pods", "v1", "Pod"),
    ("/api/v1/namespaces/default/services", "v1", "Service"),
    ("/api/v1/namespaces/default/events", "v1", "Event"),
    ("/api/v1/namespaces/default/serviceaccounts", "v1", "ServiceAccount"),
    ("/api/v1/namespaces/default/serviceaccounts/default/token", "authentication.k8s.io/v1", "TokenRequest"),
    ("/api/v1/namespaces/default/persistentvolumeclaims", "v1", "PersistentVolumeClaim"),
    ("/api/v1/namespaces", "v1", "Namespace"),
    ("/api/v1/nodes", "v1", "Node"),
    ("/apis/apps/v1/namespaces/default/deployments", "apps/v1", "Deployment"),
    ("/apis/apps/v1/namespaces/default/statefulsets", "apps/v1", "StatefulSet"),
    ("/apis/apps/v1/namespaces/default/controllerrevisions", "apps/v1", "ControllerRevision"),
    ("/apis/batch/v1/namespaces/default/cronjobs", "batch/v1", "CronJob"),
    ("/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles", "rbac.authorization.k8s.io/v1", "Role"),
    ("/apis/rbac.authorization.k8s.io/v1/clusterroles", "rbac.authorization.k8s.io/v1", "ClusterRole"),
    ("/apis/coordination.k8s.io/v1/namespaces/default/leases", "coordination.k8s.io/v1", "Lease"),
    ("/apis/events.k8s.io/v1/namespaces/default/events", "events.k8s.io/v1", "Event"),
    ("/apis/policy/v1/namespaces/default/poddisruptionbudgets", "policy/v1", "PodDisruptionBudget"),
    ("/apis/networking.k8s.io/v1/namespaces/default/ingresses", "networking.k8s.io/v1", "Ingress"),
    ("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", "discovery.k8s.io/v1", "EndpointSlice"),
    ("/apis/storage.k8s.io/v1/storageclasses", "storage.k8s.io/v1", "StorageClass"),
    (
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
    ),
    (
        "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
        "admissionregistration.k8s.io/v1",
        "ValidatingWebhookConfiguration",
    ),
    (
        "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies",
        "admissionregistration.k8s.io/v1",
        "ValidatingAdmissionPolicy",
    ),
    (
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
        "authorization.k8s.io/v1",
        "SelfSubjectAccessReview",
    ),
    (
        "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
        "authorization.k8s.io/v1",
        "SelfSubjectRulesReview",
    ),
    ("/apis/authentication.k8s.io/v1/tokenreviews", "authentication.k8s.io/v1", "TokenReview"),
];

const TEXTS: &[&[u8]] = &[
    b"",
    b"a",
    b"default",
    b"news.kopf.test",
    b"kopf.test/a",
    b"A b",
    b"object",
    b"array",
    b"string",
    b"integer",
    b"^(a+)+$",
    b"self.a > oldSelf.b",
    b"10Mi",
    b"0 3 * * *",
    b"{\"a\":[1,{\"b\":null}]}",
    b"{\"a\":",
    b"1e999",
    b"\xff\xfe",
    b"\0",
    &[b'a'; 300],
];

const NUMBERS: [u64; 8] = [0, 1, 2, 80, 1 << 31, u64::MAX, i64::MAX as u64, 253_402_300_800];

/// How deep messages are made up. What is deeper is in tests of its own.
const DEEPEST: usize = 12;

/// Where it belongs, and a body that follows from these bytes.
pub(crate) fn message(bytes: &[u8]) -> (&'static str, Vec<u8>) {
    let mut choices = Choices(bytes);
    match choices.next() % 4 {
        0 => {
            let (path, body) = recording(choices.next());
            (path, changed(body, &mut choices))
        }
        1 => {
            let (path, ..) = choices.one_of(KINDS);
            (path, [b"k8s\0", choices.0].concat())
        }
        2 => made_up(&mut choices),
        _ => {
            let (path, body) = made_up(&mut choices);
            (path, changed(body, &mut choices))
        }
    }
}

/// A body on its way. Nothing stays of it.
pub(crate) fn request(path: &str, body: Vec<u8>) -> Request<Full<Bytes>> {
    let request = Request::post(format!("{path}?dryRun=All"));
    let request = request.header(header::CONTENT_TYPE, "application/vnd.kubernetes.protobuf");
    request.body(Full::new(body.into())).expect("paths are plain")
}

/// Whether an answer takes the room that is to be expected of what was sent.
///
/// # Errors
///
/// Both sizes, where it does not.
pub(crate) fn in_proportion(answer: Answer, sent: usize) -> Result<(), String> {
    // A field takes two bytes at least, and has a name in JSON, owners and a place in what is told of it.
    let most = 16_384 + 128 * sent;
    if answer.length <= most { Ok(()) } else { Err(format!("{} bytes for {sent}", answer.length)) }
}

fn recording(choice: usize) -> (&'static str, Vec<u8>) {
    let lines: Vec<&str> = RECORDINGS.lines().collect();
    let (path, body) = lines[choice % lines.len()].split_once(' ').expect("a line has two words");
    (path, STANDARD.decode(body).expect("bodies are in base64"))
}

/// Puts other bytes here and there, and perhaps cuts the rest.
fn changed(mut body: Vec<u8>, choices: &mut Choices<'_>) -> Vec<u8> {
    for _ in 0..choices.next() % 4 {
        let at = choices.wide() % (body.len() + 1);
        let end = (at + choices.next() % 4).min(body.len());
        body.splice(at..end, choices.one_of(TEXTS).iter().take(4).copied().chain([choices.next() as u8]));
    }
    if choices.next() % 4 == 3 {
        body.truncate(choices.wide() % (body.len() + 1));
    }
    body
}

fn made_up(choices: &mut Choices<'_>) -> (&'static str, Vec<u8>) {
    let table: &Table = &TABLE;
    let (path, version, kind) = choices.one_of(KINDS);
    let name = format!("{}.{kind}", table.packages[version]);
    let raw = table.message(&name, choices, 0);
    let about = [bytes_of(1, version.as_bytes()), bytes_of(2, kind.as_bytes())].concat();
    (path, [b"k8s\0".to_vec(), bytes_of(1, &about), bytes_of(2, &raw)].concat())
}

/// The messages that there are, read without the decoder's help.
#[derive(Default)]
struct Table {
    packages: HashMap<&'static str, &'static str>,
    messages: HashMap<&'static str, Vec<Field>>,
}

/// A field's number, its type, and whether it is a map.
type Field = (u64, &'static str, bool);

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut text = String::new();
    let compressed = &include_bytes!("../../../src/protobuf/messages.deflate")[..];
    DeflateDecoder::new(compressed).read_to_string(&mut text).expect("the table was checked in whole");
    let mut table = Table::default();
    let mut current = "";
    for line in text.leak().lines() {
        match *line.split(' ').collect::<Vec<_>>() {
            ["g", version, package] => {
                table.packages.insert(version, package);
            }
            ["m", name, ..] => {
                current = name;
                table.messages.insert(name, Vec::new());
            }
            [number, _, ty] => {
                let plain = ty.trim_start_matches(['-', '0', '!', '=', '^', '*', '%']);
                let field = (number.parse().expect("fields have numbers"), plain, ty.contains('%'));
                table.messages.get_mut(current).expect("a message has begun").push(field);
            }
            _ => {}
        }
    }
    table
});

impl Table {
    fn message(&self, name: &str, choices: &mut Choices<'_>, depth: usize) -> Vec<u8> {
        let mut message = Vec::new();
        let fields = &self.messages[name];
        if fields.is_empty() || depth == DEEPEST {
            return message;
        }
        for _ in 0..choices.next() % 6 {
            let (number, ty, map) = choices.one_of(fields);
            match choices.next() % 16 {
                15 => number_of(&mut message, (number << 3) | (choices.next() as u64 % 8)),
                14 => message.extend(bytes_of(choices.next() as u64, choices.one_of(TEXTS))),
                _ if map => {
                    let key = bytes_of(1, choices.one_of(TEXTS));
                    let entry = [key, self.value(2, ty, choices, depth)].concat();
                    message.extend(bytes_of(number, &entry));
                }
                _ => message.extend(self.value(number, ty, choices, depth)),
            }
        }
        message
    }

    fn value(&self, number: u64, ty: &str, choices: &mut Choices<'_>, depth: usize) -> Vec<u8> {
        let mut value = Vec::new();
        match ty {
            "string" | "bytes" => return bytes_of(number, choices.one_of(TEXTS)),
            "bool" | "int32" | "int64" => {
                number_of(&mut value, number << 3);
                number_of(&mut value, choices.one_of(&NUMBERS));
            }
            "double" => {
                number_of(&mut value, (number << 3) | 1);
                value.extend(choices.one_of(&NUMBERS).to_le_bytes());
            }
            name => return bytes_of(number, &self.message(name, choices, depth + 1)),
        }
        value
    }
}

fn bytes_of(number: u64, bytes: &[u8]) -> Vec<u8> {
    let mut field = Vec::new();
    number_of(&mut field, (number << 3) | 2);
    number_of(&mut field, bytes.len() as u64);
    field.extend_from_slice(bytes);
    field
}

fn number_of(bytes: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}
