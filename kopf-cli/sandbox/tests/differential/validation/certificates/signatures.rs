//! Requests that are signed in ways that are rare, or by who may not be.

use super::{ask, bytes, changed, check, pem};

/// Requests by kinds of keys and hashes.
const SIGNED: [&str; 9] = [
    // P-224 with SHA-256
    "MIGnMFcCAQAwADBOMBAGByqGSM49AgEGBSuBBAAhAzoABHk9y81WO54Yxvy45u4AqDJE8xn4CfXbV0POIwfqWwy6TmQ744YSiVsD0bYABs95yXUE5DcqDrvRoAAwCgYIKoZIzj0EAwIDQAAwPQIdANsYVGyKgkozcCs+wjtH/6vsEt++aHF/CPyUL5oCHA21DvzLklndbq/I1yy+zsYBleHT8AqHazVgbQo=",
    // P-256 with SHA-512
    "MIG5MGICAQAwADBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABHl2vOEwnHm4+keKCd62kRsPH20IysAWysVsO3dR0MzHGtUcyiGMecToHBKg1A8hOR+QuX2JHfKyITAWxX2gGvigADAKBggqhkjOPQQDBANHADBEAiAz2iyqUBrBru0einwO/+/SXacIMFGof/na7V3+NC5ImwIgVg75m+VAZvU5wf7vKLj9kcgX8+NAXbi7WJ2fF1zzbzQ=",
    // P-384 with SHA-256
    "MIH3MH8CAQAwADB2MBAGByqGSM49AgEGBSuBBAAiA2IABP0HRLU3UY+A4fRsi1XQZPpNOUH0IfkYNw/DIqDpd9bB8fWMpVCDu4q1Rey2iGTpoPatPVo9NkW2C0h09jWvKKasEOnf8CoHF5nCBwBpp5Ksxmfgkdu/sGRKgrL+mq6PP6AAMAoGCCqGSM49BAMCA2gAMGUCMBmoLYgJUDEK9vg+kz3Fay7hoULUN15EMYlIxBCxq79fG8P+f3lb6OqML8UkuLCSNwIxAMknAZywBx4Y6LbfJKIdAFiqclpw4mBnB7sIBo76svMeqZv6UtTRAxwpfvbrMk2/jw==",
    // P-521 with SHA-384
    "MIIBQzCBpQIBADAAMIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQBNYAG/D+dABjznfHfvJIRRSjCXUZyTgGCyU9LImviUPC/XGe1DrRNE5jH+OXnJk8rE9G8BtXqBEbCge+Lj2+MMLgBycfxpprPaJoIpXOsx3C23PonumwGJZBcgbMng6zZxQksd1SNmvIHbP6QtJcP2653g4hSHMPana5SxYt2wLEzCyOgADAKBggqhkjOPQQDAwOBjAAwgYgCQgDB3Hh26+Z2VlcFmGDhbI39vQke+/MEhrPvSiT+XpZdt/jTNjauJQk50lMxjfLk7UZfiwgZHALtTi99lPnXsAAQlQJCARs4tg2AEALkQaSUlbCG9wXBIsiwYnMNPxiJcj1Wtqc3ZeZgsVnY+IqP+2tkoMRHPrUXHT2BWShAYqv8rlMCnxw3",
    // 768 bits with SHA-256
    "MIH6MIGFAgEAMAAwfDANBgkqhkiG9w0BAQEFAANrADBoAmEArTfP4ZoSCocPpDCgns1Psfecx8GgCC5etBG18riB7pO7q6qipBsmuMiH5g2onKnXgYI1X9lKbXGMOwp6OLafNV/POxe45zGm94cnIrXZtEOITM09pwDPiu1Qq0Xyi7UBAgMBAAGgADANBgkqhkiG9w0BAQsFAANhAA6Q6+ZY7YlHgQBD9xjCRIEPYX3kZE/wt2xnt4mQf9OWoVHWOxfxoboYdkXsM7LZqgks73ambiIcrqJvafT0nJW90VSf9UU27V6h6/nKolvwtn++ciI4qOb+O6Lup26d+g==",
    // 1024 bits with SHA-384
    "MIIBPzCBqQIBADAAMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDhOpnw1z5VR+Kmihi3Z2wYe1wD0SjgPMWrYbaDwOSi03o6nrQKDp3vZstcm4ZMElcfEUb/GRmPftE8j/EBFQwbaHMb/hbLbcB2zgvLbbFw0cAL1MeJ4i1331wDSgfMDWUG00b8urC84LB5H+8UBfIoYE9J0GyJPXrDpCmQwRMnDwIDAQABoAAwDQYJKoZIhvcNAQEMBQADgYEAMxOX1vTme4OO2lPcjY7qFQz8gwQLgho/TK7plC/zpZ2DX3kDLnIjC0HivVZKRaPbnEVtQ8cy2RPIitkLkzBl9zzg7KfaDomLyaj+pQonUoIMt8FwAAwRKkfQaoYDPaVD7pWdIO1Ff4lTzT/QYgIhKuKUfVkd4gS8JO06fS1wjYc=",
    // 1024 bits with SHA-256, salted
    "MIIBczCBqQIBADAAMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDhOpnw1z5VR+Kmihi3Z2wYe1wD0SjgPMWrYbaDwOSi03o6nrQKDp3vZstcm4ZMElcfEUb/GRmPftE8j/EBFQwbaHMb/hbLbcB2zgvLbbFw0cAL1MeJ4i1331wDSgfMDWUG00b8urC84LB5H+8UBfIoYE9J0GyJPXrDpCmQwRMnDwIDAQABoAAwQQYJKoZIhvcNAQEKMDSgDzANBglghkgBZQMEAgEFAKEcMBoGCSqGSIb3DQEBCDANBglghkgBZQMEAgEFAKIDAgEgA4GBACU2IN9jDkYC5Hv8Rr7shiP8dWla7NLbXwg0BS6Y4VBGXj4BggJE+AswjlEWti4wmO2+TJfQofCKVYRWuxGwcvR7zq2aI59kV/phhC9yfCHbGNcY3+zJfS/5KV3XFLaBVG5GUCnV5lKMDVwZGL1uz/rBnXEzcw2onlNSluQ/1wj3",
    // 1025 bits with SHA-512
    "MIIBQDCBqQIBADAAMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQGkfjn21EuykYy+HvpWf7gdErVWGkWteiaZqmGbP7+mVmTYOnjn2A8swlHCY7dlGuyt7ChBxuK4i0miOR1zbQeiwoZQRVVwk0tEojGJKQhU0+ufkZzt2afztec80RKrTNS0YRAzel5mT3+GSCJurzBVG7NOfSVM6Wv7C0TZ/qOGrwIDAQABoAAwDQYJKoZIhvcNAQENBQADgYIAAIIPxk9cl9HWw+/c/sNe2U8t53YM7UP3lXLh3qiPdL6OGQkSL2j291CvPf4tE4jJpmUEgLOWD3Vj9LlkZZO448s4mjYkEPpfBJm2AVLg9X+5jnQODvSeSPLYwHv4Mk0h+UBvTDFE4rmXpAuV5xHYcuik0uEQo4r6/tHZl/I4Upii",
    // 1041 bits with SHA-384, salted
    "MIIBeDCBqwIBADAAMIGhMA0GCSqGSIb3DQEBAQUAA4GPADCBiwKBgwFgx4GJguhE0Nf4vaJLn2fs+fDbX3iUANB0VxCJUeK3N2C+e0scJOQu+6fbflaThOdTk4PZOJC2eJZfXUmzNi1j/SQtS4CPw8oGOaVyHDE+yOvZlbg5h7e/dtMexTVHZnx9lQiMjSRZnLVaNmj9ABf0ZuGj7i244ptpI4cC6fqEwy+bAgMBAAGgADBBBgkqhkiG9w0BAQowNKAPMA0GCWCGSAFlAwQCAgUAoRwwGgYJKoZIhvcNAQEIMA0GCWCGSAFlAwQCAgUAogMCATADgYQAAEHN9Dg6xi9QHeCRxSzRjLIVpXzlIWviaJ+hEdxa7/eFBGS3TUNPgbUlQeWrNPvWC7DjzKoRzZyyeCGUP7LsTZwM7FhiUxgFyN4xQ13cGi769mXBf5HoAmtOIZFWW8R5Haisngtzd8bBE3BHwzdty2eRLL/eCJUF+d4/Dq0fHdrgp3U=",
];

#[tokio::test]
async fn requests_are_signed_on_all_curves_and_with_salt() {
    let mut rows = String::new();
    for request in SIGNED {
        let request = bytes(request);
        let last = request.len() - 1;
        for request in [&request, &changed(&request, last, request[last] ^ 1)] {
            rows += &ask(&pem("CERTIFICATE REQUEST", request));
        }
    }
    check(&rows).await;
}

/// Requests of organizations: of masters; of others, with their name elsewhere; and of both.
const ORGANIZED: [&str; 3] = [
    "MIGkMFgCAQAwJTEXMBUGA1UECgwOc3lzdGVtOm1hc3RlcnMxCjAIBgNVBAMMAWEwKjAFBgMrZXADIQCGDRd8K4H8KiDYdNBn4KTUd+7IzYWf6fFM5wneIi5izqAAMAUGAytlcANBAFiHy027/ONjtZI6m3jPHjLzUtURE3b7DOIFkJ+FgrV5Vl7qT1zmX+kPQ19AMY633PqA8MXhUFpFEf3JySNKFwE=",
    "MIG9MHECAQAwPjEKMAgGA1UECgwBeDEXMBUGA1UECwwOc3lzdGVtOm1hc3RlcnMxFzAVBgNVBAMMDnN5c3RlbTptYXN0ZXJzMCowBQYDK2VwAyEAhg0XfCuB/Cog2HTQZ+Ck1HfuyM2Fn+nxTOcJ3iIuYs6gADAFBgMrZXADQQAA5JVqosIN1/WhC+BmEW23XjXtGPi4jsd1SJ3dKPdH/SQk74LRb+jjxPAIBMXA8vbYyGFT8QDGyBRwB+o7lzoI",
    "MIGkMFgCAQAwJTEKMAgGA1UECgwBeDEXMBUGA1UECgwOc3lzdGVtOm1hc3RlcnMwKjAFBgMrZXADIQCGDRd8K4H8KiDYdNBn4KTUd+7IzYWf6fFM5wneIi5izqAAMAUGAytlcANBAAvcGemo7OcAPvRBz9cyWB+69rZqNOcdY4gIkGhqsoX8Jf5r42TlM2mYcXB/aXZz6av1V6KethsI3N8khMYX8Qo=",
];

#[tokio::test]
async fn nobody_is_made_a_master_of_the_cluster() {
    let mut rows = String::new();
    for request in ORGANIZED {
        let row = ask(&pem("CERTIFICATE REQUEST", &bytes(request)));
        rows += &row;
        rows += &row.replace("kopf.test/x", "kubernetes.io/kube-apiserver-client");
    }
    check(&rows).await;
}
