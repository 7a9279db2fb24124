//! What clients really send (`recorded.txt`, a request a line: verb, path, what is accepted, what the body is), changed at random.

use std::fmt;

use bytes::Bytes;
use http::{Request, Uri, header};
use http_body_util::Full;

use super::choices::Choices;

const RECORDED: &str = include_str!("../recorded.txt");

/// What `recorded.txt` calls what clients accept.
const ACCEPTED: [(&str, &str); 10] = [
    ("-", ""),
    ("any", "*/*"),
    ("json", "application/json"),
    ("json-any", "application/json, */*"),
    ("typed", "application/vnd.kubernetes.protobuf,application/json"),
    ("gnostic", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"),
    ("metadata", "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"),
    (
        "table",
        "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json",
    ),
    ("discovery", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"),
    (
        "discovery-old",
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
         application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json",
    ),
];

const VERBS: &[&str] = &["GET", "PUT", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS", "BREW"];

const BODIES: &[&[u8]] = &[
    b"",
    b"{}",
    b"null",
    b"[]",
    br#"{"metadata":{"name":"c1"},"data":{"k":"v"},"binaryData":{"b":"AAAA"}}"#,
    br#"{"apiVersion":"v1","kind":"Pod","metadata":{"generateName":"p-"},"spec":{"containers":[{"name":"c","image":"i"}]}}"#,
    br#"{"apiVersion":"kopf.dev/v1","kind":"KopfExample","metadata":{"name":"kopf-example-1","resourceVersion":"5","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"c1","uid":"u"}]},"spec":{"n":1}}"#,
    br#"{"apiVersion":"study.dev/v1","kind":"Widget","metadata":{"name":"w1","labels":{"a":"b"},"finalizers":["kopf.dev/f"],"managedFields":[{"manager":"m","operation":"Apply","apiVersion":"study.dev/v1","time":"2026-01-01T00:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:size":{}}}}]},"spec":{"size":3,"replicas":2,"parts":[{"name":"p"}]},"status":{"replicas":1}}"#,
    br#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d1"},"spec":{"replicas":1,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i","ports":[{"containerPort":80}],"env":[{"name":"E","value":"v"}]}]}}}}"#,
    br#"{"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"c"}],"containers":[{"name":"c","image":"j","$patch":"replace"}]}}}}"#,
    br#"{"spec":{"replicas":2},"metadata":{"annotations":{"a":null}}}"#,
    br#"{"status":{"n":1}}"#,
    br#"[{"op":"test","path":"/metadata/resourceVersion","value":"5"},{"op":"add","path":"/metadata/finalizers","value":["a/b"]},{"op":"move","from":"/spec","path":"/spec/a"},{"op":"copy","from":"/spec","path":"/x~1y~0"},{"op":"remove","path":"/spec/parts/-"}]"#,
    b"apiVersion: study.dev/v1\nkind: Widget\nmetadata: {name: w1}\nspec: &a\n  size: 4\n  size: 5\n  parts: [*a]\n",
    br#"{"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Foreground","gracePeriodSeconds":0,"preconditions":{"uid":"u"},"orphanDependents":true,"dryRun":["All"]}"#,
    br#"{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"news.kr.dev"},"spec":{"group":"kr.dev","scope":"Cluster","names":{"plural":"news","kind":"New"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{"a":{"type":"string","pattern":"^a+$","default":"a"}},"x-kubernetes-validations":[{"rule":"self.a != 'b'"}]}}}}}]}}"#,
    br#"{"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":{"resourceAttributes":{"verb":"get","resource":"pods","namespace":"default"}}}"#,
    br#"{"spec":{"audiences":["a"],"expirationSeconds":600}}"#,
    // A ConfigMap, a Namespace and a Deployment in protobuf.
    b"k8s\0\x0a\x0f\x0a\x02v1\x12\x09ConfigMap\x12\x1e\x0a\x10\x0a\x02c9\x12\x00\x1a\x00\x22\x00\x2a\x002\x008\x00\x12\x06\x0a\x01k\x12\x01v\x1a\x00\x22\x00",
    b"k8s\0\x0a\x0f\x0a\x02v1\x12\x09Namespace\x12\x16\x0a\x10\x0a\x02n9\x12\x00\x1a\x00\x22\x00\x2a\x002\x008\x00\x12\x00\x1a\x00\x1a\x00\x22\x00",
    b"k8s\0\x0a\x15\x0a\x07apps/v1\x12\x0aDeployment\x12\x1a\x0a\x10\x0a\x02d9\x12\x00\x1a\x00\x22\x00\x2a\x002\x008\x00\x12\x04\x08\x01\x1a\x00\x1a\x00\x1a\x00\x22\x00",
];

const MEDIA: &[&str] = &[
    "",
    "application/json",
    "application/yaml",
    "application/merge-patch+json",
    "application/json-patch+json",
    "application/strategic-merge-patch+json",
    "application/apply-patch+yaml",
    "application/vnd.kubernetes.protobuf",
    "application/json;charset=utf-8;;=",
    "text/\u{b5}",
];

const QUERIES: &[&str] = &[
    "watch=1&timeoutSeconds=1",
    "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true",
    "limit=1",
    "limit=-1&continue=%00",
    "limit=99999999999999999999",
    "continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhIn0",
    "resourceVersion=0&resourceVersionMatch=Exact",
    "resourceVersion=18446744073709551615",
    "labelSelector=a%20in%20(b,c),!d,e%3E5",
    "labelSelector=((((",
    "fieldSelector=metadata.name%3Da,spec.x!%3D%5C",
    "dryRun=All",
    "dryRun=Some",
    "fieldValidation=Warn",
    "fieldValidation=Loud",
    "fieldManager=%F0%9F%92%A9",
    "force=true&force=maybe",
    "propagationPolicy=Foreground",
    "gracePeriodSeconds=-9223372036854775808",
    "includeObject=Object",
    "timeoutSeconds=1e9",
    "pretty=true&unknown=%ff%fe",
    "follow=true&tailLines=-5",
    "&&==&%",
];

const BITS: &[&[u8]] = &[
    b"\0",
    b"\xff\xfe",
    b"\"",
    b"{",
    b"]",
    b"null",
    b"-0",
    b"1e999",
    b"18446744073709551616",
    b"\\ud800",
    b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80",
    b"\xff\xff\xff\xff\x0f",
    b"metadata",
    b"$patch",
    b"\xe2\x80\xae",
    b"..",
    b"\n---\n",
    b"&a [*a]",
];

const STEPS: &[&str] =
    &["", "..", "status", "scale", "log", "watch", "namespaces", "%2F", "%00", "a~b", "\u{e9}", "proxy", "*"];

/// How many requests follow from bytes at the most.
const MOST: usize = 12;

/// Requests that follow each other.
pub(crate) fn requests(bytes: &[u8]) -> Vec<Asked> {
    let mut choices = Choices(bytes);
    let mut requests = Vec::new();
    while !choices.0.is_empty() && requests.len() < MOST {
        let mut asked = Asked::recorded(choices.wide());
        for _ in 0..choices.next() % 5 {
            asked.change(&mut choices);
        }
        requests.push(asked);
    }
    requests
}

/// A request before it is one.
pub(crate) struct Asked {
    verb: &'static str,
    path: String,
    accept: &'static str,
    media: String,
    body: Vec<u8>,
}

impl fmt::Display for Asked {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Asked { verb, path, accept, media, body } = self;
        write!(formatter, "{verb} {path} for {accept:?} with {media:?} {}", body.escape_ascii())
    }
}

impl Asked {
    fn recorded(choice: usize) -> Asked {
        let lines: Vec<&str> = RECORDED.lines().collect();
        let words: Vec<&str> = lines[choice % lines.len()].split(' ').collect();
        let [verb, path, accept, media]: [&str; 4] = words.try_into().expect("a line has four words");
        let accept = ACCEPTED.iter().find(|(word, _)| *word == accept).expect("a word of the list").1;
        let media = if media == "-" { String::new() } else { format!("application/{media}") };
        let body = if media.is_empty() { Vec::new() } else { BODIES[4].to_vec() };
        Asked { verb, path: path.to_owned(), accept, media, body }
    }

    fn change(&mut self, choices: &mut Choices<'_>) {
        match choices.next() % 16 {
            0 => {
                let mut steps: Vec<&str> = self.path.split('/').collect();
                let at = choices.next() % steps.len();
                steps[at] = choices.one_of(STEPS);
                self.path = format!("/{}", steps.join("/").trim_start_matches('/'));
            }
            1 => {
                let sign = if self.path.contains('?') { '&' } else { '?' };
                self.path = format!("{}{sign}{}", self.path, choices.one_of(QUERIES));
            }
            2 => self.accept = choices.one_of(&ACCEPTED).1,
            3 => self.media = choices.one_of(MEDIA).to_owned(),
            4 => self.verb = choices.one_of(VERBS),
            5..=7 => self.body = choices.one_of(BODIES).to_vec(),
            8..=11 => self.splice(choices, |choices| choices.one_of(BITS).to_vec()),
            12 => self.splice(choices, |choices| choices.bytes(4).to_vec()),
            13 => {
                let length = choices.next();
                self.body = choices.bytes(length).to_vec();
            }
            14 => self.body.truncate(choices.wide() % (self.body.len() + 1)),
            _ => {
                let levels = choices.wide() % 300;
                let body = std::mem::take(&mut self.body);
                self.body = [br#"{"spec":"#.repeat(levels), body, b"}".repeat(levels)].concat();
            }
        }
    }

    /// Takes some bytes of the body out, and puts others there.
    fn splice(&mut self, choices: &mut Choices<'_>, others: impl Fn(&mut Choices<'_>) -> Vec<u8>) {
        let at = choices.wide() % (self.body.len() + 1);
        let end = (at + choices.next() % 9).min(self.body.len());
        self.body.splice(at..end, others(choices));
    }

    /// What is sent; `None` for what no client could write.
    pub(crate) fn request(&self) -> Option<Request<Full<Bytes>>> {
        let request = Request::builder().method(self.verb).uri(Uri::try_from(self.path.as_str()).ok()?);
        let request = request.header(header::ACCEPT, self.accept).header(header::CONTENT_TYPE, &self.media);
        request.body(Full::new(self.body.clone().into())).ok()
    }
}
