//! Certificates in secrets, with private keys of which something is odd.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    bytes, changed, check,
    insides::{AGREEING, EDWARDS, ELLIPTIC, FINE, P256, RSA, certificate, key, list, value},
    pem,
};

/// The point of P-256 that counts as one, and what the owner of a secret of only sevens is known by.
const ONE: &str = "BGsX0fLhLEJH+Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT+NC4v4af5uO5+tKfA+eFivOM1drMV7Oy7ZAaDe/UfU=";
const SEVENS: &str = "6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=";

/// A number, which must not be long.
fn number(number: i64) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    let is_needless = |at: &usize| matches!((bytes[*at], bytes[at + 1] >> 7), (0, 0) | (0xff, 1));
    value(2, &[&bytes[(0..7).take_while(is_needless).count()..]])
}

/// Numbers behind each other, and what is behind them.
fn numbers(all: &[i64], behind: &[u8]) -> Vec<u8> {
    let mut parts: Vec<Vec<u8>> = all.iter().map(|one| number(*one)).collect();
    parts.push(behind.to_vec());
    list(&parts.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

/// A private key that says of which kind it is.
fn wrapped(kind: &[&[u8]], key: &[u8]) -> Vec<u8> {
    list(&[&number(0), &list(kind), &value(4, &[key])])
}

fn of(key: &[u8]) -> Vec<u8> {
    certificate(&FINE.map(str::as_bytes), &list(&[]), key, &[])
}

fn put(certificate: &[u8], key: &[u8]) -> String {
    let [certificate, key] = [("CERTIFICATE", certificate), ("PRIVATE KEY", key)]
        .map(|(kind, bytes)| STANDARD.encode(pem(kind, bytes)));
    format!(
        "POST secrets?dryRun=All {{\"metadata\":{{\"name\":\"s\"}},\"type\":\"kubernetes.io/tls\",\"data\":{{\"tls.crt\":{certificate:?},\"tls.key\":{key:?}}}}}\n"
    )
}

/// The key of a certificate, and a private one, in the form that says its kind.
fn pairs() -> Vec<(Vec<u8>, Vec<u8>)> {
    let curve = [ELLIPTIC, P256];
    vec![
        (
            of(&key(&[RSA], &numbers(&[3233, 17], b""))),
            wrapped(&[RSA], &numbers(&[0, 3233, 17, 413, 61, 53, 53, 49, 38], b"")),
        ),
        (of(&key(&curve, &bytes(ONE))), wrapped(&curve, &list(&[&number(1), &value(4, &[&[1]])]))),
        (of(&key(&[EDWARDS], &bytes(SEVENS))), wrapped(&[EDWARDS], &value(4, &[&[7; 32]]))),
        (of(&key(&[AGREEING], &[7; 32])), wrapped(&[AGREEING], &value(4, &[&[7; 32]]))),
    ]
}

#[tokio::test]
async fn certificates_go_with_their_keys() {
    let pairs = pairs();
    let mut rows = String::new();
    for (certificate, _) in &pairs {
        rows.extend(pairs.iter().map(|(_, key)| put(certificate, key)));
    }
    for (certificate, key) in &pairs {
        rows += &put(certificate, &key[..key.len() - 1]);
        rows += &put(certificate, &[key, &b"x"[..]].concat());
        for (at, to) in [(0, 0x31), (2, 4), (4, 1), (5, 0x31), (7, 4), (key.len() - 1, 8)] {
            rows += &put(certificate, &changed(key, at, to));
        }
    }
    for agreeing in [key(&[AGREEING], &[7; 31]), key(&[AGREEING, b"\x05\x00"], &[7; 32])] {
        rows.extend(pairs.iter().map(|(_, key)| put(&of(&agreeing), key)));
    }
    check(&rows).await;
}

#[tokio::test]
async fn keys_of_rsa_have_numbers_that_go_together() {
    let fine = [0, 3233, 17, 413, 61, 53, 53, 49, 38];
    let certificate = of(&key(&[RSA], &numbers(&[3233, 17], b"")));
    let mut keys = vec![numbers(&fine, b"x"), [numbers(&fine, b""), b"x".to_vec()].concat()];
    keys.extend((5..9).map(|count| numbers(&fine[..count], b"")));
    for (at, to) in [
        (0, 1),
        (0, 2),
        (0, -1),
        (1, 3235),
        (1, 0),
        (1, -3233),
        (2, 16),
        (2, 1),
        (2, -17),
        (2, 1 << 31),
        (3, 1193),
        (3, 3233),
        (3, 414),
        (3, 0),
        (4, 1),
        (4, 53),
        (4, 67),
        (4, -61),
        (5, 2),
        (5, 61),
        (6, 113),
        (6, 54),
        (6, 0),
        (7, -3),
        (8, 99),
        (8, 37),
        (8, 0),
    ] {
        let mut said = fine;
        said[at] = to;
        keys.push(numbers(&said, b""));
        keys.push(numbers(&said[..6], b""));
    }
    // Both primes in the other order, primes that are none, and those that are even.
    keys.push(numbers(&[0, 3233, 17, 413, 53, 61, 49, 53, 20], b""));
    keys.push(numbers(&[0, 3233, 17, 413, 53, 61], b""));
    keys.push(numbers(&[0, 3233, 17, 413, 3233, 1], b""));
    keys.push(numbers(&[0, 315, 11, 131, 21, 15], b""));
    keys.push(numbers(&[0, 315, 3, 3, 15, 21], b""));
    // More than two of them.
    let other = |one: i64, more: &[i64]| numbers(&[&[one], more].concat(), b"");
    for others in [
        list(&[]),
        list(&[&other(59, &[1, 1])]),
        list(&[&other(59, &[0, -1]), &other(47, &[1, 1])]),
        list(&[&other(59, &[1])]),
        list(&[&other(53, &[1, 1])]),
        list(&[&other(122, &[1, 1])]),
        list(&[&other(1, &[1, 1])]),
        list(&[&other(-59, &[1, 1])]),
        list(&[b"\x05\x00"]),
        list(&[b"\x30"]),
    ] {
        keys.push(numbers(&fine, &others));
        keys.push(numbers(&fine[..6], &others));
    }
    let mut rows = String::new();
    for key in &keys {
        rows += &put(&certificate, key);
        rows += &put(&certificate, &wrapped(&[RSA], key));
    }
    rows += &put(&certificate, &wrapped(&[&RSA[..11]], &numbers(&fine, b"")));
    check(&rows).await;
}

#[tokio::test]
async fn keys_on_curves_have_secrets_below_an_order() {
    const ORDER: [&[u8]; 3] = [
        b"\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25",
        b"\x51",
    ];
    let certificate = of(&key(&[ELLIPTIC, P256], &bytes(ONE)));
    let named = value(0xa0, &[P256]);
    let one = value(4, &[&[1]]);
    let mut keys = Vec::new();
    for version in [0, 1, 2] {
        keys.push(list(&[&number(version), &one, &named]));
    }
    let order = ORDER.concat();
    for secret in [
        &b""[..],
        b"\x00",
        b"\x02",
        b"\x00\x01",
        &order,
        &changed(&order, 31, 0x50),
        &changed(&order, 31, 0x52),
        &[&[0; 32], &[1][..]].concat(),
        &[&[1], &[0; 32][..]].concat(),
    ] {
        keys.push(list(&[&number(1), &value(4, &[secret]), &named]));
    }
    for behind in [
        &b""[..],
        b"\xa0\x00",
        b"\xa0",
        b"\x80\x00",
        b"\xa0\x02\x05\x00",
        b"\xa0\x03\x06\x01\x80",
        b"\xa0\x03\x06\x01\x2a",
        b"\xa1\x04\x03\x02\x00\x01",
        b"\xa1\x03\x03\x01\x01",
        b"\x05\x00",
        b"\x05",
    ] {
        keys.push(list(&[&number(1), &one, behind]));
        keys.push(list(&[&number(1), &one, &named, behind]));
    }
    let mut rows = String::new();
    for key in &keys {
        rows += &put(&certificate, key);
        rows += &put(&certificate, &wrapped(&[ELLIPTIC, P256], key));
        rows += &put(&certificate, &wrapped(&[ELLIPTIC, b"\x05\x00"], key));
        rows += &put(&certificate, &wrapped(&[ELLIPTIC], key));
    }
    check(&rows).await;
}

#[tokio::test]
async fn short_keys_have_one_length() {
    let mut rows = String::new();
    for kind in [EDWARDS, AGREEING] {
        let certificate = of(&key(&[EDWARDS], &bytes(SEVENS)));
        for inside in [
            value(4, &[&[7; 31]]),
            value(4, &[&[7; 33]]),
            [value(4, &[&[7; 32]]), b"x".to_vec()].concat(),
            value(3, &[&[7; 32]]),
            vec![7; 32],
            vec![],
        ] {
            rows += &put(&certificate, &wrapped(&[kind], &inside));
        }
        rows += &put(&certificate, &wrapped(&[kind, b"\x05\x00"], &value(4, &[&[7; 32]])));
    }
    check(&rows).await;
}
