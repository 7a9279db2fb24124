//! The formats of texts in custom resources: what is of them, and what is not.

use super::check;
use kopf_control_plane::client::Resource;
use serde_json::{Map, Value, json};

/// A resource with a list for each format.
pub(super) const FORMATTED: Resource =
    Resource { group: "formats.kopf.test", kind: "Formatted", plural: "formatted", has_status: false };

const FORMATS: [&str; 31] = [
    "bsonobjectid",
    "byte",
    "cidr",
    "creditcard",
    "date",
    "date-time",
    "datetime",
    "duration",
    "email",
    "hexcolor",
    "hostname",
    "ipv4",
    "ipv6",
    "isbn",
    "isbn10",
    "isbn13",
    "k8s-long-name",
    "k8s-short-name",
    "mac",
    "password",
    "rgbcolor",
    "ssn",
    "uri",
    "uuid",
    "uuid3",
    "uuid4",
    "uuid5",
    "u-u-i-d",
    "UUID",
    "ip",
    "uri-reference",
];

pub(super) fn definition() -> Value {
    let of = |format: &&str| {
        let items = json!({"type": "string", "format": format});
        ((*format).to_owned(), json!({"type": "array", "items": items}))
    };
    let properties: Map<String, Value> = FORMATS.iter().map(of).collect();
    let mut definition = FORMATTED.definition();
    definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"] =
        json!({"spec": {"type": "object", "properties": properties}});
    definition
}

/// Makes an object of each line: a format, and texts, all of which are looked at.
async fn check_texts(lines: &str) {
    let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
    let row = |(n, line): (usize, &str)| {
        let (format, texts) = line.split_once(' ').unwrap();
        let texts: Vec<String> = serde_json::from_str(&format!("[{texts}]")).expect("they are JSON");
        format!(
            r#"POST formatted {{"kind":"Formatted","apiVersion":"formats.kopf.test/v1","metadata":{{"name":"o{n}"}},"spec":{{"{format}":{}}}}}"#,
            json!(texts)
        ) + "\n"
    };
    check(&lines.enumerate().map(row).collect::<String>()).await;
}

#[tokio::test]
async fn texts_are_of_a_format_or_not() {
    check_texts(
        r###"
        bsonobjectid "507f1f77bcf86cd799439011","507F1F77BCF86CD799439011","","507f1f77bcf86cd79943901","507f1f77bcf86cd7994390111","507f1f77bcf86cd79943901g"," 507f1f77bcf86cd79943901","507f1f77bcf86cd7994390\u0661"
        byte     "dg==","dh==","AAB=","AAA=","AAAA","","d","dg","dg=","dg===","=","====","ab-_","ab+/","dg==\n","dg\n==","dg==dg=="," dg==","AAAAdg==","\u0661\u0661\u0661\u0661","a b=","AA A"
        creditcard "4111 1111 1111 1111","4111-1111-1111-1111","4111111111111111","4111 1111 1111 1112","x4111x1111x1111x1111x","378282246310005","5555555555554444","6011111111111117","30569309025904","3530111333300000","4222222222222","0","","4111\u0661111111111111","49927398716","2131000000000008","1800000000000003"
        date     "2026-01-31","2026-02-29","2024-02-29","0000-02-29","0000-01-01","-001-01-01","+001-01-01","9999-12-31","10000-01-01","2026-00-01","2026-13-01","2026-01-00","2026-01-32","2026-1-01","2026-01-1","26-01-01","2026-01-31 "," 2026-01-31","2026-01-31T00:00:00Z","2026/01/31","20260131","","2026-01- 1","\u0662026-01-01","1_26-01-01","1900-02-29","2000-02-29"
        date-time "2026-01-31T10:20:30Z","2026-01-31t10:20:30z","2026-01-31T10:20:30.5+01:00","2026-01-31T10:20:30,5Z","2026-01-31T10:20:30x5Z","2026-01-31T24:00:00Z","2026-01-31T23:60:00Z","2026-01-31T23:59:60Z","2026-01-31T23:59:59Z","2026-01-31","2026-01-31 10:20:30Z","2026-01-31T10:20:30","2026-01-31T10:20Z","2026-01-31T10:20:30+0100","2026-01-31T10:20:30+99:99","2026-01-31T10:20:30.Z","2026-01-31T10:20:30ZTail","2026-01-31T10:20:30Z ","-001-01-01T00:00:00Z","2026-02-30T00:00:00Z","","T","tttt","2026-01-31T10:20:30\u01305Z","2026-01-31T10:20:30\n5Z"
        datetime "2026-01-31T10:20:30Z","2026-01-31"
        duration "1h30m","5 days","-1.5s","0","","5","five days","1h1h","1.5d","1 D","2WEEKS","3 sec","3 sex","3 minutes","3 months","3 hrs","3 hr","3 h r","3ns","3 nanoseconds","3µs","3 µs","3μs","3 μs","3US","3 millis","+5s","++5s","- 5s",".5s","5.s",".s","5\u00a0days","5\tdays","5\u000bdays","5\ndays","x5dx","9999999999h","99999999999999999999h","9999999999.h","1h 99999999999999999999x","1d 99999999999999999999","9223372036854775807ns","9223372036854775808ns","-9223372036854775808ns","0.99999999999999999999h","99999999999999999999.5h","٥ days","1e3s"," 1h","1h "
        email    "a@b","a@b.c","A <a@b.c>","A B <a@b>","<a@b>"," a@b ","a @b","a@ b","a@b c","\"a b\"@c","\"\"@c","\"\" <a@b>","\"a\\\"b\"@c","\"a@b","a","@b","a@","","a@@b","a..b@c",".a@b","a.@b","a@b.","a@.b","a@b..c","A. <a@b>",".. <a@b>","a@[::1]","a@[1.2.3.4]","a@[01.2.3.4]","a@[x]","a@[::1","a@[fe80::1%lo]","a@b (c)","a@b (c","a@b ((c) d)","a@b (c\\)","a@b (c\\))","(c) a@b","A (c) <a@b>","A (c <a@b>","A: a@b;","A: a@b, c@d;","A:;","A: a@b","A: B: a@b;;","A: a@b; (c)","A: a@b; x","a@b, c@d","a@b,","<a@b","a@b>","A <a@b> x","A <a@b> (x)","ü@ö","a\u0001@b","a\u007f@b","a\n@b","a@b\n","=?utf-8?q?=C3=BC?= <a@b>","=?utf-8?q??= <a@b>","=?utf-8?q?=C3=B?= <a@b>","=?koi8-r?q?a?= <a@b>","x =?koi8-r?q?a?= <a@b>","=?koi8-r?q?a?= x <a@b>","=?UTF-8?B?dGVzdA==?= <a@b>","=?utf-8?b?dGVzdB==?= <a@b>","a@b (=?koi8-r?q?a?=)","a@b (=?utf-8?q?a?=)","=?utf-8?x?y?= <a@b>","A <\"a\"@b>","A < a@b>","A <a@b >","A\t<a@b>","A\u00a0<a@b>","a'b+c!#$%&*/=?^_`{|}~@d","\"A\" B <a@b>","A, B <a@b>","<>","A <>","A<a@b>"
        hexcolor "#fff","#FFAA00","fff","FFAA00","#ffff","#","","#ggg","#fff\n","##fff","#fffffff","#１２３"
        hostname "example.com","localhost","a","a-b","-a","a-","a_b","","a..b","a.b.","a.b","a.bc","a.b1","a.1","1.2.3.4","1","1.com","xn--a.com","ü.de","a.ü","a.üü","😀.com","☃","😀","€uro.com","a b","a\n","A.COM","aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.com","a.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","a--b","a--b.com","a-.com","*.com","a.c-m"
    "###,
    )
    .await;
}

#[tokio::test]
async fn addresses_numbers_and_names_are_of_a_format_or_not() {
    check_texts(
        r###"
        ipv4     "10.0.0.1","010.0.0.1","10.0.0.0000000001","0.0.0.0","255.255.255.255","256.1.1.1","1.2.3","1.2.3.","1.2.3.4.5",".1.2.3","1..2.3","::ffff:1.2.3.4","::1.2.3.4","::ffff:010.0.0.1","0000::1.2.3.4","00000::1.2.3.4","::1","1.2.3.4%lo","::1.2.3.4%lo"," 1.2.3.4","1.2.3.4 ","1.2.3.4/8","0x1.2.3.4","+1.2.3.4","","١.2.3.4","1.2.3.4\n","1.2.3.00000000000000000000000004","1:2:3:4:5:6:1.2.3.4","1:2:3:4:5:1.2.3.4","1:2:3:4:5:6:7:1.2.3.4"
        ipv6     "::1","fd00::1","::","1::","1:2:3:4:5:6:7:8","1:2:3:4:5:6:7::","1:2:3:4:5:6:7:8::","::1:2:3:4:5:6:7:8","1::2::3","1:2:3:4:5:6:7","1:2:3:4:5:6:7:8:9",":1","1:",":::","","00001::","0001::","g::","FD00::A","::ffff:1.2.3.4","::ffff:01.2.3.4","::1.2.3","fe80::1%lo","[::1]","::1/64"," ::1","10.0.0.1","::1 "
        cidr     "10.0.0.0/8","10.0.0.1/8","010.0.0.0/8","10.0.0.0/08","10.0.0.0/0000000000000000000008","10.0.0.0/33","10.0.0.0/32","10.0.0.0/-1","10.0.0.0/+8","10.0.0.0/","10.0.0.0","/8","10.0.0.0/8/8","10.0.0/8","fd00::/8","::/0","::/128","::/129","00000::/8","::ffff:010.0.0.1/8","::ffff:10.0.0.1/120","fe80::%lo/8","","10.0.0.0/8 ","10.0.0.0 /8","10.0.0.0/1e1","10.0.0.0/99999999999999999999"
        isbn     "0321751043","978-0321751041","0321751044","978-0321751042","080442957X","080442957x","X","","0-321-75104-3","0 321 75104 3","0\u00a0321751043","0\u000b321751043","0\t321751043","９780321751041","9780321751041 ","0–321751043","97803217510X1","0000000000","0000000000000","X000000000"
        isbn10   "0321751043","978-0321751041","080442957X","0804429570","0-8044-2957-X"," 080442957X ","080442957X0","08044295٧X"
        isbn13   "0321751043","978-0321751041","9780321751040","- 9780321751041 -","978032175104","0000000000000","000000000000X"
        k8s-long-name "a","a.b-c.d1","A","a..b","-a","a-","a.","","1.2","a_b","a.-b","a\n","ü","aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        k8s-short-name "a","a-b","a.b","","A","-a","a-","1","a\n","aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        mac      "00:1a:2b:3c:4d:5e","00-1A-2B-3C-4D-5E","001a.2b3c.4d5e","00:1a:2b:3c:4d:5e:6f:70","00-1a-2b-3c-4d-5e-6f-70","001a.2b3c.4d5e.6f70","00:00:00:00:fe:80:00:00:00:00:00:00:02:00:5e:10:00:00:00:01","00-00-00-00-fe-80-00-00-00-00-00-00-02-00-5e-10-00-00-00-01","0000.0000.fe80.0000.0000.0000.0200.5e10.0000.0001","00:1a:2b:3c:4d","00-1a:2b:3c:4d:5e","00:1a:2b:3c:4d:5e:6f","001a2b3c4d5e","0:1:2:3:4:5","00:1a:2b:3c:4d:5g","","00:1a:2b:3c:4d:5e:","00:1a:2b:3c:4d:5e ","001a.2b3c","001a.2b3c-4d5e","00.1a.2b.3c.4d.5e"
        password "","x","\u0000\n","😀"
        rgbcolor "rgb(0, 128,255)","rgb(0,0,0)","rgb(256,0,0)","rgb(1,2)","rgb(1,2,3,4)","rgb( 1 , 2 , 3 )","rgb (1,2,3)","RGB(1,2,3)","rgb(01,2,3)","rgb(1,2,3)\n","rgb(1.0,2,3)","rgb(1%,2%,3%)","","rgb(-1,2,3)","rgb(\u00a01,2,3)","rgb(\u000b1,2,3)","rgb(\t1,\n2,3)","rgb(٣,2,3)","rgb(1,2,)"
        ssn      "123-45-6789","123 45 6789","123-45 6789","123456789","123-456789","","12-345-6789","123-45-678","123-45-6789 ","abc-de-fghi","000-00-0000","١٢-45-6789","1٢3-45-678"
        uri      "/a/b","https://example.com/x","/a b","a/b","","*","**","ht tp://x","http://x y/","/%zz","/%41","/a%","http://[::1]","http://[::1","http://[::1]:80","http://[::1%25lo]","http://[::1%lo]","http://x:80","http://x:y","http://x:","http://:80","http://","http:","http:x","mailto:a@b",":x","1http://x","h1+.-://x","h_1://x","//x/y","///x","/\u0001","/\u007f","/ü","http://ü/","http://x/#y","/#","#","?a=b","/?a=b","/?%zz","http://u:p@x","http://u:p p@x","http://u@v@x","http://x%41/","http://x%zz/","http://x<>/","x:y:z","./x","../x","x:","-:x","http://a\\b/","/\\","http://x/{}|^`","javascript:alert(1)","/a:b","a:b/c","http://[x]/","HTTP://X"
        uuid     "6BA7B810-9dad-11d1-80b4-00c04fd430c8","6ba7b8109dad11d180b400c04fd430c8","6ba7b810-9dad11d1-80b4-00c04fd430c8","6ba7b810","","{6ba7b810-9dad-11d1-80b4-00c04fd430c8}","urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8","6ba7b810-9dad-11d1-80b4-00c04fd430c8\n","6ba7b810--9dad-11d1-80b4-00c04fd430c8","gba7b810-9dad-11d1-80b4-00c04fd430c8","00000000-0000-0000-0000-000000000000","6ba7-b8109dad-11d1-80b4-00c04fd430c8","6ba7b810-9dad-11d1-80b4-00c04fd430c８"
        uuid3    "6ba7b810-9dad-31d1-80b4-00c04fd430c8","6ba7b810-9dad-11d1-80b4-00c04fd430c8","6BA7B8109DAD31D100B400C04FD430C8","6ba7b810-9dad-31d1-00b4-00c04fd430c8",""
        uuid4    "6ba7b810-9dad-41d1-80b4-00c04fd430c8","6ba7b810-9dad-41d1-70b4-00c04fd430c8","6ba7b810-9dad-41d1-C0b4-00c04fd430c8","6ba7b810-9dad-41d1-B0b4-00c04fd430c8","6BA7B8109DAD41D1A0B400C04FD430C8","6ba7b810-9dad-31d1-80b4-00c04fd430c8"
        uuid5    "6ba7b810-9dad-51d1-80b4-00c04fd430c8","6ba7b810-9dad-41d1-80b4-00c04fd430c8","6ba7b810-9dad-51d1-f0b4-00c04fd430c8"
        u-u-i-d  "x","6ba7b810-9dad-51d1-80b4-00c04fd430c8"
        UUID     "x"
        ip       "x"
        uri-reference "a b"
    "###,
    )
    .await;
}
