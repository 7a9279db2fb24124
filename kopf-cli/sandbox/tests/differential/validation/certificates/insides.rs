//! Certificates and requests that are made of parts, of which one is odd.

use super::{REQUESTS, ask, check, pem, request, signed};

pub(super) const RSA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
pub(super) const ELLIPTIC: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01";
pub(super) const EDWARDS: &[u8] = b"\x06\x03\x2b\x65\x70";
pub(super) const AGREEING: &[u8] = b"\x06\x03\x2b\x65\x6e";
const DSA: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x38\x04\x01";
const P224: &[u8] = b"\x06\x05\x2b\x81\x04\x00\x21";
pub(super) const P256: &[u8] = b"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
pub(super) const FINE: [&str; 2] = ["\x17\x0d260102030405Z", "\x18\x0f20600102030405Z"];

/// A value of a kind.
pub(super) fn value(kind: u8, parts: &[&[u8]]) -> Vec<u8> {
    let inside = parts.concat();
    let length = match u8::try_from(inside.len()) {
        Ok(length @ ..0x80) => vec![length],
        Ok(length) => vec![0x81, length],
        Err(_) => [&[0x82][..], &u16::try_from(inside.len()).unwrap().to_be_bytes()].concat(),
    };
    [&[kind], &length[..], &inside].concat()
}

pub(super) fn list(parts: &[&[u8]]) -> Vec<u8> {
    value(0x30, parts)
}

/// A name with one text in it.
fn name(kind: u8, text: &[u8]) -> Vec<u8> {
    list(&[&value(0x31, &[&list(&[b"\x06\x03\x55\x04\x03", &value(kind, &[text])])])])
}

pub(super) fn key(kind: &[&[u8]], bits: &[u8]) -> Vec<u8> {
    list(&[&list(kind), &value(3, &[b"\x00", bits])])
}

fn fine_key() -> Vec<u8> {
    key(&[EDWARDS], &[7; 32])
}

/// An extension by the last number of its name.
fn extension(number: u8, is_critical: bool, inside: &[u8]) -> Vec<u8> {
    let is_critical: &[u8] = if is_critical { b"\x01\x01\xff" } else { b"" };
    list(&[b"\x06\x03\x55\x1d", &[number], is_critical, &value(4, &[inside])])
}

pub(super) fn certificate(validity: &[&[u8]], subject: &[u8], key: &[u8], extensions: &[&[u8]]) -> Vec<u8> {
    let (way, issuer) = (list(&[EDWARDS]), list(&[]));
    let (validity, extensions) = (list(validity), value(0xa3, &[&list(extensions)]));
    let inner =
        list(&[b"\xa0\x03\x02\x01\x02\x02\x01\x01", &way, &issuer, &validity, subject, key, &extensions]);
    list(&[&inner, &way, b"\x03\x03\x00ab"])
}

fn asks(subject: &[u8], key: &[u8], attributes: &[&[u8]]) -> Vec<u8> {
    let inner = list(&[b"\x02\x01\x00", subject, key, &value(0xa0, attributes)]);
    list(&[&inner, &list(&[EDWARDS]), b"\x03\x03\x00ab"])
}

/// Names as of certificates and of requests, of which a few are none.
fn names() -> Vec<Vec<u8>> {
    let texts: [(u8, &[u8]); 13] = [
        (12, "ü".as_bytes()),
        (12, b"\xff"),
        (18, b"1 2"),
        (18, b"x"),
        (19, b"x*&"),
        (19, b"x_y"),
        (20, b"\xff"),
        (22, b"x@y"),
        (22, b"\xff"),
        (30, b"\x00x"),
        (30, b"x"),
        (30, b"\xd8\x00"),
        (5, b""),
    ];
    let mut names: Vec<Vec<u8>> = texts.iter().map(|(kind, text)| name(*kind, text)).collect();
    names.push(list(&[&list(&[])]));
    names.push(list(&[&value(0x31, &[b"\x05\x00"])]));
    names.push(list(&[&value(0x31, &[&list(&[b"\x06\x01\x80\x05\x00"])])]));
    names.push(list(&[&value(0x31, &[&list(&[b"\x06\x01\x2a"])])]));
    names
}

/// Keys, of which a few are none.
fn keys() -> Vec<Vec<u8>> {
    let point = |bytes: &[u8]| [b"\x04", bytes].concat();
    vec![
        key(&[RSA], &list(&[b"\x02\x01\x0d", b"\x02\x01\x03"])),
        key(&[RSA], &list(&[b"\x02\x01\x00", b"\x02\x01\x03"])),
        key(&[RSA], &list(&[b"\x02\x01\x0d", b"\x02\x01\xff"])),
        key(&[RSA], &list(&[b"\x02\x01\x0d"])),
        key(&[RSA], b""),
        key(&[&RSA[..11]], b""),
        key(&[ELLIPTIC], b""),
        key(&[ELLIPTIC, b"\x06\x01\x2a"], b""),
        key(&[ELLIPTIC, P256], b""),
        key(&[ELLIPTIC, P256], &point(&[1; 63])),
        key(&[ELLIPTIC, P256], &point(&[1; 64])),
        key(&[ELLIPTIC, P256], &point(&[0xff; 64])),
        key(&[ELLIPTIC, P224], &point(&[1; 56])),
        key(&[ELLIPTIC, P224], &point(&[0xff; 56])),
        key(&[EDWARDS], b"x"),
        key(&[EDWARDS, b"\x05\x00"], &[7; 32]),
        key(&[AGREEING], &[7; 32]),
        key(&[AGREEING], b"x"),
        key(&[AGREEING, b"\x05\x00"], &[7; 32]),
        key(&[DSA, &list(&[b"\x02\x01\x07", b"\x02\x01\x07", b"\x02\x01\x07"])], b"\x02\x01\x07"),
        key(&[DSA, &list(&[b"\x02\x01\x07", b"\x02\x01\x07", b"\x02\x01\x00"])], b"\x02\x01\x07"),
        key(&[DSA], b"\x02\x01\x07"),
        key(&[DSA], b""),
        key(&[b"\x06\x01\x2a"], b""),
        key(&[b"\x06\x01\x80"], b""),
    ]
}

/// Other names of whom a certificate or a request is about.
fn alternatives() -> Vec<Vec<u8>> {
    let places: [&[u8]; 16] = [
        b"http://a/b",
        b"http://a./",
        b"http://a b/",
        b"http://a%20b/",
        b"http://a/%zz",
        b"http://a/#%zz",
        b"http://a:x/",
        b"http://[::1]:80/",
        b"http://[::1/",
        b"http://[1.2.3.4]/",
        b"http://[1::2::3]/",
        b"http://[::1%25]/",
        b"http://u^@a/",
        b":",
        b"a:b\n",
        b"1:\"",
    ];
    let others: [(u8, &[u8]); 7] = [
        (0x81, b"\xff"),
        (0x82, b"\xff"),
        (0x86, b"\xff"),
        (0x87, b"1234"),
        (0x87, b"12345"),
        (0xa0, b"\xff"),
        (0x1f, b""),
    ];
    let mut all: Vec<Vec<u8>> = places.iter().map(|place| list(&[&value(0x86, &[place])])).collect();
    all.extend(others.iter().map(|(kind, text)| list(&[&value(*kind, &[text])])));
    all.push(b"\x05\x00".to_vec());
    all
}

/// What the names of others are held to.
fn constraints() -> Vec<Vec<u8>> {
    let bases: [(u8, &[u8]); 18] = [
        (0x82, b".a.b"),
        (0x82, b"a..b"),
        (0x82, b"\xff\xc3\xbc\""),
        (0x81, b"a@b"),
        (0x81, b"\"a b\"@c"),
        (0x81, b"a..b@c"),
        (0x81, b"a@b."),
        (0x81, b"a."),
        (0x86, b"a"),
        (0x86, b"a b"),
        (0x86, b"1.2.3.4"),
        (0x86, b"::1"),
        (0x87, b"\x01\x02\x00\x00\xff\xfe\x00\x00"),
        (0x87, b"\x01\x02\x00\x00\xff\xfd\x00\x00"),
        (0x87, b"\x01\x02\x00\x00\xff\x00\xff\x00"),
        (0x87, b"1234"),
        (0x88, b"x"),
        (0x1f, b"x"),
    ];
    let tree = |base: &[u8]| list(&[base]);
    let mut all: Vec<Vec<u8>> =
        bases.iter().map(|(kind, text)| list(&[&value(0xa0, &[&tree(&value(*kind, &[text]))])])).collect();
    all.extend([list(&[]), list(&[b"\xa0\x00"]), list(&[b"\xa2\x00"]), list(&[b"\xa1\x02\x05\x00"])]);
    all
}

/// Extensions of each kind, good and bad ones.
fn extensions() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    let plain: [(u8, &[&[u8]]); 13] = [
        (14, &[b"\x04\x01x", b"\x05\x00"]),
        (15, &[b"\x03\x02\x07\x80", b"\x03\x02\x08\x80"]),
        (19, &[b"\x30\x03\x01\x01\xff", b"\x30\x03\x01\x01\x01", b"\x30\x03\x02\x01\xff", b"\x05\x00"]),
        (
            31,
            &[
                b"\x30\x00",
                b"\x05\x00",
                b"\x30\x02\x05\x00",
                b"\x30\x06\x30\x04\xa0\x02\x05\x00",
                b"\x30\x02\x30\x00",
            ],
        ),
        (
            32,
            &[
                b"\x30\x05\x30\x03\x06\x01\x2a",
                b"\x30\x0a\x30\x03\x06\x01\x2a\x30\x03\x06\x01\x2a",
                b"\x30\x05\x30\x03\x06\x01\x80",
            ],
        ),
        (33, &[b"\x30\x08\x30\x06\x06\x01\x2a\x06\x01\x2a", b"\x30\x05\x30\x03\x06\x01\x2a"]),
        (35, &[b"\x30\x03\x80\x01x", b"\x30\x02\x80\x01", b"\x05\x00"]),
        (36, &[b"\x30\x03\x80\x01\x01", b"\x30\x02\x80\x00", b"\x30\x02\x81\x00"]),
        (37, &[b"\x30\x03\x06\x01\x2a", b"\x30\x03\x06\x01\x80"]),
        (54, &[b"\x02\x01\x01", b"\x05\x00"]),
        (99, &[b"\x05\x00", b"x"]),
        (17, &[b"\x30\x00"]),
        (30, &[b"x"]),
    ];
    for (number, insides) in plain {
        all.extend(insides.iter().map(|inside| extension(number, false, inside)));
    }
    for number in [14, 35, 99] {
        all.push(extension(number, true, b"\x30\x00"));
    }
    all.extend(alternatives().iter().map(|inside| extension(17, false, inside)));
    all.extend(constraints().iter().map(|inside| extension(30, true, inside)));
    const ACCESS: &[u8] = b"\x06\x08\x2b\x06\x01\x05\x05\x07\x01\x01";
    for inside in
        [&b"\x30\x00"[..], b"\x05\x00", b"\x30\x02\x30\x00", b"\x30\x07\x30\x05\x06\x01\x2a\x86\x01"]
    {
        all.push(list(&[ACCESS, &value(4, &[inside])]));
    }
    all.push(list(&[ACCESS, b"\x01\x01\xff", b"\x04\x00"]));
    all.push(list(&[b"\x06\x01\x2a\x01\x01\x01\x04\x00"]));
    all.push(list(&[b"\x06\x01\x2a"]));
    all.push(list(&[b"\x05\x00"]));
    all
}

#[tokio::test]
async fn certificates_are_told_what_is_malformed_inside() {
    let (nobody, fine) = (list(&[]), FINE.map(str::as_bytes));
    let mut certificates = Vec::new();
    for moment in [
        "\x17\x0d240229030405Z",
        "\x17\x0d260229030405Z",
        "\x17\x0d261302030405Z",
        "\x17\x0d260102240405Z",
        "\x17\x0b2601020304Z",
        "\x17\x11260102030405+0130",
        "\x17\x11260102030405+0000",
        "\x17\x0f260102030405.5Z",
        "\x18\x0f20260102030405Z",
        "\x18\x0f20260132030405Z",
        "\x18\x1120260102030405.5Z",
        "\x18\x1320260102030405+2400",
        "\x18\x1320260102030405+2500",
        "\x16\x0d260102030405Z",
    ] {
        certificates.push(certificate(&[fine[0], moment.as_bytes()], &nobody, &fine_key(), &[]));
    }
    certificates.push(certificate(&fine[..1], &nobody, &fine_key(), &[]));
    certificates.extend(names().iter().map(|name| certificate(&fine, name, &fine_key(), &[])));
    certificates.extend(keys().iter().map(|key| certificate(&fine, &nobody, key, &[])));
    certificates.extend(extensions().iter().map(|one| certificate(&fine, &nobody, &fine_key(), &[one])));
    let twice = extension(99, false, b"");
    certificates.push(certificate(&fine, &nobody, &fine_key(), &[&twice, &twice]));
    let mut rows = request();
    rows.extend(certificates.iter().map(|certificate| signed(&pem("CERTIFICATE", certificate))));
    check(&format!("{rows}DELETE {REQUESTS}/$ns\n")).await;
}

#[tokio::test]
async fn requests_are_told_what_is_malformed_inside() {
    const EXTENSIONS: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e";
    let nobody = list(&[]);
    let mut requests: Vec<Vec<u8>> = names().iter().map(|name| asks(name, &fine_key(), &[])).collect();
    requests.extend(keys().iter().map(|key| asks(&nobody, key, &[])));
    for subject in [&b"\x05\x00"[..], b"\x30\x02\x31\x01", b"\x30\x04\x31\x02\x30\x01"] {
        requests.push(asks(subject, &fine_key(), &[]));
    }
    for (kind, text) in [
        (1, "x"),
        (2, ""),
        (2, "123456789"),
        (3, ""),
        (6, ""),
        (23, "260102030405Z"),
        (23, "260102030405"),
        (23, "261302030405Z"),
        (23, "260102030405+0000"),
        (23, "260102030405Zx"),
        (24, "20260102030405.5Z"),
        (24, "20260102030405.50Z"),
        (24, "20260229030405Z"),
        (24, "2026010203\"405Z"),
    ] {
        requests.push(asks(&name(kind, text.as_bytes()), &fine_key(), &[]));
    }
    for inside in alternatives() {
        let inside = list(&[&extension(17, false, &inside)]);
        requests.push(asks(&nobody, &fine_key(), &[&list(&[EXTENSIONS, &value(0x31, &[&inside])])]));
    }
    let one = extension(99, false, b"x");
    for values in [
        list(&[&one]),
        list(&[&one, &one]),
        list(&[b"\x05\x00"]),
        list(&[&list(&[b"\x06\x01\x2a"])]),
        list(&[&list(&[b"\x06\x01\x2a\x01\x01\x01\x04\x00"])]),
        list(&[&list(&[b"\x06\x01\x2a\x05\x00"])]),
        b"\x05\x00".to_vec(),
        vec![],
    ] {
        requests.push(asks(&nobody, &fine_key(), &[&list(&[EXTENSIONS, &value(0x31, &[&values])])]));
    }
    for attribute in [&b"\x05\x00"[..], b"\x30\x01", b"x"] {
        requests.push(asks(&nobody, &fine_key(), &[attribute]));
    }
    let rows = requests.iter().map(|request| ask(&pem("CERTIFICATE REQUEST", request)));
    check(&rows.collect::<String>()).await;
}
