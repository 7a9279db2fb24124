//! What is malformed deep inside of what is to be signed, and of what a signer writes.

mod insides;
mod pairs;
mod signatures;

use base64::{Engine, engine::general_purpose::STANDARD};

use super::check;

const REQUESTS: &str = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
/// Requests for certificates of keys on the curve P-256, of RSA and of Ed25519.
const ASKED: [&str; 3] = [
    "MIHGMG4CAQAwDDEKMAgGA1UEAwwBeDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJv+dC3bOTKy2uhhodhuXN1j+WA1x7q0rmDPvEU6r3Xebl7WxIHotg/kP8YVWx6V1QbwekLmGLI9hORejrhzkdygADAKBggqhkjOPQQDAgNIADBFAiBMGC69xnZxDjv2ChdFOLk/e5fhjftMaQ0m4G3/fPN1qAIhAI3JHxDR4tkfKuIAyaJIU7AHoSVxCNskH2U0HRh6tDBT",
    "MIIBSzCBtQIBADAMMQowCAYDVQQDDAF4MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC1PdwjFPp5bMzCT1pwFkRbM31JiI2Ec3mUr38gb1uvZjCS0dxZMbPrSSYpI8mEU9r+RRvHdFTEjo/8ZaKroVltdnqNzVMwW6zA3uJqmMNkY9tRhcL8q6GDCCl4odYnI+GLsUA6iOeLPl7AeO5Dtxu7yYWQBhxS5IAJboMvx5qlLQIDAQABoAAwDQYJKoZIhvcNAQELBQADgYEAA+ILLLew71vlMycBUTP4VtVYIQgeibuxKTNwhL+jDlQ07m5QXvyqUU+mJduuzocdvGZvHhduhwD65dFqdwb/taYcykO9b8YxgdVkx/Z7/Ltq1mBsntV10n2YXnjXdo0NgU0OSUE29qk3tBaz9Np4ABURg0uqTdpNq2lbj9lqREI=",
    "MIGLMD8CAQAwDDEKMAgGA1UEAwwBeDAqMAUGAytlcAMhAK9qWc9BOmM6FbIRJlIryw2+AksQszIRfOzyfzCB3jxHoAAwBQYDK2VwA0EAqW3pgJlvjJmOrJAzdTBnF96TX/A8gRvkzHLFJKCfhG9aQrhbt607VZYNLo4xSXCT6Rwy8oahG9qrs0iVHRQSCw==",
];
const CERTIFICATE: &str = "MIIBLDCB36ADAgECAhQUtUPnXXvs5uLljKFPqbmV2cqbbzAFBgMrZXAwDDEKMAgGA1UEAwwBeDAeFw0yNjExMzAwMTA5MjJaFw0zNjExMjcwMTA5MjJaMAwxCjAIBgNVBAMMAXgwKjAFBgMrZXADIQCvalnPQTpjOhWyESZSK8sNvgJLELMyEXzs8n8wgd48R6NTMFEwHQYDVR0OBBYEFAYFN+k2mqoky7q6QT/8vTyl4kMLMB8GA1UdIwQYMBaAFAYFN+k2mqoky7q6QT/8vTyl4kMLMA8GA1UdEwEB/wQFMAMBAf8wBQYDK2VwA0EAdLHWtk49ezjUbGWybU58ndttZ1Vm1HqfJHk3BkTGvQxZMRuCSQ80MRBwxWDQWnd1S40yriVLl4ZqEHWHSItJAQ==";

fn bytes(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap()
}

/// The bytes with one of them changed.
fn changed(bytes: &[u8], at: usize, to: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] = to;
    bytes
}

fn pem(kind: &str, bytes: &[u8]) -> String {
    format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", STANDARD.encode(bytes))
}

/// Asks for a certificate, but only to see whether it may be.
fn ask(text: &str) -> String {
    let text = STANDARD.encode(text);
    format!(
        "POST+as:x/system:masters {REQUESTS}?dryRun=All {{\"metadata\":{{\"name\":\"$ns\"}},\"spec\":{{\"request\":{text:?},\"signerName\":\"kopf.test/x\",\"usages\":[\"client auth\"]}}}}\n"
    )
}

/// Asks for a certificate.
fn request() -> String {
    ask(&pem("CERTIFICATE REQUEST", &bytes(ASKED[0]))).replace("?dryRun=All", "")
}

/// What stands before the key in a private key of Ed25519.
const PRIVATE: &[u8] = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";

/// Shows certificates to whoever looks at them: as what a signer writes, and as what is in a secret, with a key of another.
fn signed(text: &str) -> String {
    let text = STANDARD.encode(text);
    let key = STANDARD.encode(pem("PRIVATE KEY", &[PRIVATE, &[7; 32]].concat()));
    format!(
        "MERGE {REQUESTS}/$ns/status?dryRun=All {{\"status\":{{\"certificate\":{text:?}}}}}\n\
         POST secrets?dryRun=All {{\"metadata\":{{\"name\":\"s\"}},\"type\":\"kubernetes.io/tls\",\"data\":{{\"tls.crt\":{text:?},\"tls.key\":{key:?}}}}}\n"
    )
}

#[tokio::test]
async fn requests_are_signed_by_who_has_the_key() {
    const KIND: &str = "CERTIFICATE REQUEST";
    let mut texts = vec![
        String::new(),
        pem(KIND, b""),
        pem(KIND, b"x"),
        pem(KIND, b"0"),
        pem(KIND, b"0\x80"),
        pem(KIND, b"0\x81\x01x"),
        pem(KIND, b"0\x84\xff\xff\xff\xff"),
        pem(KIND, b"0\x00"),
        pem(KIND, b"\x1f\x01\x00"),
        pem(KIND, b"0\x05x"),
        pem("CERTIFICATE", b"x"),
        format!("words\n{}words", pem(KIND, &bytes(ASKED[0]))),
        format!("words{}", pem(KIND, &bytes(ASKED[0]))),
        pem(KIND, &bytes(ASKED[0])).replacen('\n', "\nA: b\n\n", 1),
        pem(KIND, &bytes(ASKED[0])).replacen("MI", "M I", 1),
        pem(KIND, &bytes(ASKED[0])).replacen("MI", "M!", 1),
    ];
    for asked in ASKED {
        let asked = bytes(asked);
        let last = asked.len() - 1;
        texts.push(pem(KIND, &asked));
        texts.push(pem(KIND, &asked[..last]));
        texts.push(pem(KIND, &[&asked[..], b"x"].concat()));
        texts.push(pem(KIND, &changed(&asked, last, asked[last] ^ 1)));
    }
    // The version, the subject, the key.
    let asked = bytes(ASKED[0]);
    for (at, to) in [(3, 0x31), (6, 4), (7, 2), (7, 0), (9, 0), (22, 5), (24, 0x31), (26, 5), (28, 0x80)] {
        texts.push(pem(KIND, &changed(&asked, at, to)));
    }
    // How it is signed, which may be known and safe and of such a key, and what kind of key it is.
    const DSA_SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x02];
    const RSA_MD5: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x04];
    const OF_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x06];
    const ON_CURVES: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x05];
    const KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x02];
    for (which, name) in [(1, DSA_SHA256), (1, RSA_MD5), (1, OF_RSA), (0, ON_CURVES), (0, KEY)] {
        let mut asked = bytes(ASKED[which]);
        let known = match name {
            KEY => &KEY[..6],
            ON_CURVES => &ON_CURVES[..7],
            _ => &OF_RSA[..8],
        };
        let at = asked.windows(known.len()).rposition(|part| part == known).unwrap();
        asked[at..at + name.len()].copy_from_slice(name);
        texts.push(pem(KIND, &asked));
    }
    check(&texts.iter().map(|text| ask(text)).collect::<String>()).await;
}

#[tokio::test]
async fn signers_write_certificates() {
    const KIND: &str = "CERTIFICATE";
    let whole = bytes(CERTIFICATE);
    let (last, fine) = (whole.len() - 1, pem(KIND, &whole));
    let mut texts = vec![
        "x".to_owned(),
        String::new(),
        pem(KIND, b""),
        pem(KIND, b"x"),
        pem(KIND, b"0\x00"),
        pem(KIND, b"0\x080\x06\xa0\x04\x02\x02\x01\x00"),
        pem(KIND, &whole[..last]),
        pem(KIND, &[&whole[..], b"x"].concat()),
        pem(KIND, &[&whole[..], &whole[..]].concat()),
        format!("{fine}{}", pem("PRIVATE KEY", b"x")),
        format!("words\n{fine}words\n{fine}"),
        fine.replacen('\n', "\nA: b\n\n", 1),
    ];
    // The inner part, its version, its number, how it is signed, who signs.
    for (at, to) in [(4, 0x31), (10, 4), (12, 3), (12, 0x80), (13, 4), (15, 0x80), (35, 0x31), (42, 0x31)] {
        texts.push(pem(KIND, &changed(&whole, at, to)));
    }
    texts.push(fine);
    let mut rows = request();
    rows.extend(texts.iter().map(|text| signed(text)));
    let fine = STANDARD.encode(&texts[texts.len() - 1]);
    rows += &format!(
        "MERGE {REQUESTS}/$ns/status {{\"status\":{{\"certificate\":{fine:?}}}}}\n\
         MERGE {REQUESTS}/$ns/status {{\"status\":{{\"certificate\":\"eA==\"}}}}\n\
         DELETE {REQUESTS}/$ns\n"
    );
    check(&rows).await;
}
