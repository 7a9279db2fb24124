//! Rules in CEL: when they are applied, what they see, and what is said where they do not hold.

use super::check;
use kopf_control_plane::client::Resource;
use serde_json::Value;

/// A resource whose fields have rules.
pub(super) const RULED: Resource =
    Resource { group: "schemas.kopf.test", kind: "Ruled", plural: "ruled", has_status: true };

pub(super) fn definition() -> Value {
    let mut definition = RULED.definition();
    definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"] =
        serde_saphyr::from_str(SCHEMA).expect("it is YAML");
    definition
}

const SCHEMA: &str = r#"
type: object
x-kubernetes-validations:
- {rule: "!has(self.spec) || !has(self.spec.forName) || self.metadata.name == self.spec.forName", message: "named otherwise"}
- {rule: "!has(self.status) || !has(self.spec) || !has(self.spec.max) || self.status.n <= self.spec.max"}
properties:
  spec:
    type: object
    x-kubernetes-validations:
    - {rule: "!has(self.min) || !has(self.max) || self.min <= self.max", message: "  min is above max ", fieldPath: .min}
    - {rule: "!has(self.secret) || self.secret != 'x'", reason: FieldValueForbidden, message: no secrets}
    - {rule: "!has(self.needs) || has(self.min)", reason: FieldValueRequired, message: min is needed, fieldPath: .min}
    - {rule: "!has(self.unique) || self.unique != 'taken'", reason: FieldValueDuplicate, message: is taken}
    - {rule: "!has(self.count) || self.count != 100", fieldPath: ".by.size", message: in a map}
    - {rule: "!has(self.count) || self.count != 100", fieldPath: ".by['a.b']", message: in a map}
    - {rule: "!has(self.count) || self.count != 100", fieldPath: ".of['k'].n['q\\'q'].it", message: in maps}
    - {rule: "!has(self.count) || self.count != 100", fieldPath: "['of']['']['n']", message: in maps}
    - rule: "!has(self.secret) || self.secret != 'y'"
      message: fallback
      messageExpression: "'it is ' + self.secret"
    properties:
      forName: {type: string, maxLength: 20}
      by: {type: object, additionalProperties: {type: integer}}
      of:
        type: object
        additionalProperties:
          type: object
          properties: {n: {type: object, additionalProperties: {type: object, properties: {it: {type: integer}}}}}
      min: {type: integer}
      max: {type: integer}
      secret: {type: string, maxLength: 20}
      needs: {type: boolean}
      unique: {type: string, maxLength: 20}
      number: {type: number, x-kubernetes-validations: [{rule: "self > 0.5"}]}
      count: {type: integer, x-kubernetes-validations: [{rule: "self % 2 == 0", message: must be even}]}
      fixed: {type: string, maxLength: 20, x-kubernetes-validations: [{rule: "self == oldSelf", message: is fixed}]}
      grows: {type: integer, x-kubernetes-validations: [{rule: "self >= oldSelf"}]}
      once: {type: string, maxLength: 20, x-kubernetes-validations: [{rule: "!oldSelf.hasValue() || oldSelf.value() == self", optionalOldSelf: true, message: only once}]}
      port: {x-kubernetes-int-or-string: true, x-kubernetes-validations: [{rule: "type(self) == int ? self < 100 : self == 'http'"}]}
      list:
        type: array
        maxItems: 10
        x-kubernetes-validations: [{rule: "self.all(x, x > 0)"}, {rule: "self.exists_one(x, x == 1)", message: exactly one}]
        items: {type: integer, x-kubernetes-validations: [{rule: "self < 10"}]}
      map:
        type: array
        maxItems: 10
        x-kubernetes-list-type: map
        x-kubernetes-list-map-keys: [k]
        items:
          type: object
          required: [k]
          x-kubernetes-validations: [{rule: "!has(oldSelf.v) || has(self.v)", message: v stays}]
          properties: {k: {type: string, maxLength: 10}, v: {type: integer, x-kubernetes-validations: [{rule: "self >= oldSelf"}]}}
      labels:
        type: object
        maxProperties: 5
        additionalProperties: {type: string, maxLength: 10, x-kubernetes-validations: [{rule: "self.startsWith('x')"}]}
      index: {type: array, maxItems: 5, items: {type: integer}, x-kubernetes-validations: [{rule: "self[1] == 1"}]}
      division: {type: integer, x-kubernetes-validations: [{rule: "10 / self > 1"}]}
      time: {type: string, format: date-time, x-kubernetes-validations: [{rule: "self > timestamp('2026-01-01T00:00:00Z')"}]}
      bytes: {type: string, format: byte, maxLength: 20, x-kubernetes-validations: [{rule: "size(self) == 2"}]}
      eitherSpan: {x-kubernetes-int-or-string: true, format: duration, x-kubernetes-validations: [{rule: "self == '1h'"}]}
      span: {type: string, format: duration, x-kubernetes-validations: [{rule: "self <= duration('1h')"}]}
      text: {type: string, maxLength: 30, x-kubernetes-validations: [{rule: "self.matches('^[a-z]*$') && size(self) > 2"}]}
      quantity: {type: string, maxLength: 10, x-kubernetes-validations: [{rule: "isQuantity(self) && quantity(self).isLessThan(quantity('2Gi'))"}]}
      namespace: {type: string, maxLength: 10}
      nothing: {type: object, properties: {a: {type: integer}}, x-kubernetes-validations: [{rule: "self.a == 1"}]}
      absent: {type: object, nullable: true, properties: {a: {type: integer}}, x-kubernetes-validations: [{rule: "self == null || self.a > 1"}]}
      either: {x-kubernetes-int-or-string: true, x-kubernetes-validations: [{rule: "!has(self.b) && self.a == 1"}]}
      any: {type: array, maxItems: 5, items: {type: object, properties: {a: {type: integer}}}, x-kubernetes-validations: [{rule: "self.exists(x, x.a == 1)"}]}
      all: {type: array, maxItems: 5, items: {type: object, properties: {a: {type: integer}}}, x-kubernetes-validations: [{rule: "self.all(x, x.a > 0)"}]}
      pairs:
        type: object
        maxProperties: 5
        additionalProperties: {type: integer}
        x-kubernetes-validations:
        - {rule: "self.all(k, v, k.size() < 4 && v > 0)", message: all}
        - {rule: "!('a' in self) || self.exists(k, v, k == 'a' && v == 1)", message: exists}
        - {rule: "!('b' in self) || self.existsOne(k, v, v == 2)", message: exists one}
        - {rule: "!('c' in self) || self.transformList(k, v, v > 2, v * 2) == [6]", message: some in a list}
        - {rule: "!('d' in self) || self.transformMap(k, v, v + 1) == {'d': 5}", message: a map}
        - {rule: "!('e' in self) || self.transformMap(k, v, v != 7, v + 1) == {'e': 6}", message: some in a map}
        - {rule: "!('f' in self) || self.transformMapEntry(k, v, {string(v): k}) == {'6': 'f'}", message: a map of entries}
        - {rule: "!('g' in self) || self.all(k, v, 10 / (v - 7) > 0)", message: errors}
        - {rule: "!('h' in self) || self.all(k, v, self.all(l, w, k == l || v != w))", message: different}
        - {rule: "!('i' in self) || self.transformMapEntry(k, v, {'x': v}).size() == 1", message: one entry}
      places:
        type: array
        maxItems: 5
        items: {type: integer}
        x-kubernetes-validations:
        - {rule: "self.all(i, v, i <= v)", message: all}
        - {rule: "self.transformList(i, v, i + v).all(n, n < 20)", message: sums}
        - {rule: "self.transformMap(i, v, v > 8, v).size() < 2", message: few}
        - {rule: "!self.exists_one(i, v, i == 2 && v == 3)", message: not there}
      reserved:
        type: object
        properties: {namespace: {type: string, maxLength: 10}, a-b: {type: integer}, c.d: {type: integer}}
        x-kubernetes-validations: [{rule: "self.__namespace__ == 'n' && self.a__dash__b == 1 && self.c__dot__d == 2"}]
      unordered:
        type: object
        properties:
          none: {type: string, maxLength: 10, nullable: true}
          set:
            type: array
            maxItems: 5
            x-kubernetes-list-type: set
            items: {type: string, maxLength: 10}
            x-kubernetes-validations: [{rule: "self + ['x'] == self", message: x is there}]
          keyed:
            type: array
            maxItems: 5
            x-kubernetes-list-type: map
            x-kubernetes-list-map-keys: [k]
            items:
              type: object
              required: [k]
              properties: {k: {type: string, maxLength: 10}, v: {type: integer}}
            x-kubernetes-validations: [{rule: "(self + oldSelf).size() < 4", message: few are there}]
        x-kubernetes-validations:
        - {rule: "self == oldSelf", message: is fixed}
        - {rule: "!has(self.none) || self.none != ''", message: is something}
      free: {type: object, x-kubernetes-preserve-unknown-fields: true, x-kubernetes-validations: [{rule: "self == oldSelf", message: free is fixed}]}
      odd:
        type: integer
        x-kubernetes-validations:
        - {rule: "'a]'.matches('^[^[]+$') && 'a[b'.find('[[].') == '[b' && '\\n'.matches(r'^\\012$')", message: classes}
        - {rule: "!'é'.matches(r'^\\w$') && '<'.matches(r'^\\<$') && 'a&b'.matches('^[a&&b]+$')", message: ascii}
        - {rule: "!format.dns1123Label().validate('a').hasValue()", message: format}
        - {rule: "format.named('uuid').hasValue() && !format.named('x').hasValue()", message: named}
        - {rule: "dyn(self).?a.?b.orValue(3) == 3 && dyn(self).?a.b.orValue(3) == 3", message: none}
        - {rule: "has(optional.of({'a': 1}).a) && !has(optional.of({'a': 1}).b)", message: has}
        - {rule: "[optional.of({'a': 1})].all(x, has(x.a) && !has(x.b))", message: has in a loop}
        - {rule: "type(ip('1.2.3.4')) == net.IP && type(optional.of(1)) == optional_type", message: types}
        - {rule: "!!true && --self == self && 1 --self == 1 + self && !!!false", message: signs}
      maybe:
        type: object
        properties:
          a: {type: integer}
          s: {type: string, maxLength: 10}
          l: {type: array, maxItems: 5, items: {type: integer}}
          m: {type: object, maxProperties: 5, additionalProperties: {type: string, maxLength: 10}}
          o: {type: object, properties: {x: {type: integer}}}
          namespace: {type: string, maxLength: 10}
        x-kubernetes-validations:
        - {rule: "self.?a.orValue(1) == 1", message: a}
        - {rule: "self.?s.optMap(s, s.size()).orValue(2) == 2", message: s}
        - {rule: "self.?l[?0].orValue(3) == 3", message: l}
        - {rule: "self.?m.k.orValue('v') == 'v'", message: m}
        - {rule: "self.?o.?x.optFlatMap(x, x > 1 ? optional.of(x) : optional.none()).orValue(4) == 4", message: o}
        - {rule: "!has(self.namespace) || self.namespace == 'n'", message: word}
        - {rule: "!has(self.l) || self.l.size() < 3 || self.l.sortBy(x, -x) == [3, 2, 1]", message: sorted}
        - {rule: "[?self.?a, 2].size() == (has(self.a) ? 2 : 1)", message: sizes}
        - {rule: "{?'a': self.?a}.size() == (has(self.a) ? 1 : 0)", message: entries}
        - {rule: "self.?l.optMap(l, l[?0].or(l[?1]).hasValue()).orValue(true) || self.l == []", message: or}
        - {rule: "self.?l[0].orValue(3) != 5 && self.?o.x.orValue(1) != 5", message: five}
        - {rule: "self.?l.orValue([]).first() == self.?l[?0] && self.?a.or(optional.of(2)) != optional.of(3)", message: same}
        - {rule: "self.?l.orValue([]).last() != optional.of(9) && [self.?a, self.?s.optMap(s, s.size())].unwrapOpt().size() < 3", message: last}
        - {rule: "optional.unwrap([self.?a, optional.none()]) == (has(self.a) ? [self.a] : [])", message: unwrapped}
        - {rule: "self.?a.orValue(1) != 7 || self.?s.value() == ''", message: value}
        - {rule: "self.?a.orValue(1) != 8 || self.?a.optMap(a, self.?s.optMap(s, s.size() + a).orValue(0)).value() != 9", message: nested}
        - {rule: "optional.ofNonZeroValue(self.?s.orValue('')).hasValue() == (self.?s.orValue('') != '')", message: zero}
        - {rule: "!has(self.?o.x) || self.o.x != 6", message: has}
        - {rule: "!has(oldSelf.a) && !has(oldSelf.o.x) && oldSelf.?l[0].orValue(1) == 1", optionalOldSelf: true, message: old}
        - {rule: "oldSelf.optMap(o, has(o.a) ? o.a : -1).orValue(0) == (oldSelf.hasValue() ? -1 : 0)", optionalOldSelf: true, message: old a}
  status:
    type: object
    properties: {n: {type: integer, x-kubernetes-validations: [{rule: "self >= 0"}]}}
"#;

fn object(name: &str, spec: &str) -> String {
    format!(
        r#"{{"kind":"Ruled","apiVersion":"schemas.kopf.test/v1","metadata":{{"name":"{name}"}},"spec":{spec}}}"#
    )
}

#[tokio::test]
async fn rules_hold_for_new_objects() {
    let specs = r#"
        {}
        {"min":1,"max":2}
        {"min":3,"max":2}
        {"secret":"y"}
        {"forName":"o4"}
        {"forName":"other"}
        {"secret":"x"}
        {"needs":true}
        {"needs":true,"min":1}
        {"unique":"taken"}
        {"count":100}
        {"number":1}
        {"number":0.5}
        {"count":3}
        {"count":"x"}
        {"fixed":"a","grows":1}
        {"once":"a"}
        {"port":5}
        {"port":500}
        {"port":"http"}
        {"port":"ftp"}
        {"list":[1,2]}
        {"list":[0,1]}
        {"list":[2,3]}
        {"list":[1,11]}
        {"map":[{"k":"a","v":1}]}
        {"labels":{"a":"xy"}}
        {"odd":1}
        {"labels":{"a":"y"}}
        {"index":[0,1]}
        {"index":[0]}
        {"division":0}
        {"division":20}
        {"time":"2026-02-01T00:00:00Z"}
        {"time":"2025-02-01T00:00:00Z"}
        {"time":"2026-02-01T00:00:00+24:00"}
        {"time":"2024-12-31T12:00:00-24:00"}
        {"bytes":"AAA="}
        {"bytes":"AAAA"}
        {"bytes":"+/8="}
        {"bytes":"-_8="}
        {"eitherSpan":"1h"}
        {"eitherSpan":"60m"}
        {"eitherSpan":1}
        {"span":"30m"}
        {"span":"2h"}
        {"text":"abc"}
        {"text":"ab"}
        {"text":"ABC"}
        {"quantity":"1Gi"}
        {"quantity":"3Gi"}
        {"quantity":"lots"}
        {"nothing":{}}
        {"nothing":{"a":1}}
        {"any":[{},{"a":1}]}
        {"any":[{"a":1},{}]}
        {"any":[{"a":2},{}]}
        {"any":[{},{"a":2}]}
        {"any":[{"a":2}]}
        {"any":[]}
        {"all":[{},{"a":1}]}
        {"all":[{},{"a":0}]}
        {"all":[{"a":0},{}]}
        {"all":[{},{}]}
        {"all":[{"a":1},{"a":2}]}
        {"absent":null}
        {"absent":{"a":1}}
        {"maybe":{}}
        {"maybe":{"a":1,"s":"ab","l":[3,1,2],"m":{"k":"v"},"o":{"x":4},"namespace":"n"}}
        {"maybe":{"a":2,"s":"abc","l":[4],"m":{"k":"w"},"o":{"x":5},"namespace":"m"}}
        {"maybe":{"l":[],"m":{},"o":{}}}
        {"maybe":{"l":[3,1,1],"o":{"x":1}}}
        {"maybe":{"a":7}}
        {"maybe":{"a":8}}
        {"maybe":{"a":8,"s":"z"}}
        {"maybe":{"a":3,"l":[5]}}
        {"maybe":{"o":{"x":6}}}
        {"maybe":{"l":[1,9]}}
        {"either":1}
        {"either":"text"}
        {"pairs":{}}
        {"pairs":{"long":1}}
        {"pairs":{"z":0}}
        {"pairs":{"a":1,"z":3}}
        {"pairs":{"a":2}}
        {"pairs":{"b":2,"z":1}}
        {"pairs":{"b":2,"z":2}}
        {"pairs":{"c":3}}
        {"pairs":{"c":4}}
        {"pairs":{"c":2,"z":3}}
        {"pairs":{"d":4}}
        {"pairs":{"d":3}}
        {"pairs":{"e":5,"z":7}}
        {"pairs":{"e":5,"z":8}}
        {"pairs":{"f":6}}
        {"pairs":{"f":7}}
        {"pairs":{"g":7}}
        {"pairs":{"g":7,"z":6}}
        {"pairs":{"g":8}}
        {"pairs":{"h":1,"z":2}}
        {"pairs":{"h":1,"z":1}}
        {"pairs":{"i":1}}
        {"pairs":{"i":1,"z":1}}
        {"places":[0,1,2]}
        {"places":[0,0]}
        {"places":[18,19]}
        {"places":[9,10]}
        {"places":[0,1,3]}
        {"reserved":{"namespace":"n","a-b":1,"c.d":2}}
        {"reserved":{"namespace":"m","a-b":1,"c.d":2}}
        {"count":3,"list":[0],"min":9,"max":1}
        {"count":3,"min":"x"}
    "#;
    let specs = specs.lines().map(str::trim).filter(|spec| !spec.is_empty());
    let rows = specs.enumerate().map(|(n, spec)| format!("POST ruled {}\n", object(&format!("o{n}"), spec)));
    check(&rows.collect::<String>()).await;
}

#[tokio::test]
async fn rules_compare_with_what_was() {
    let first =
        object("a", r#"{"fixed":"a","grows":1,"map":[{"k":"a","v":1},{"k":"b","v":5}],"min":1,"max":3}"#);
    let second = object(
        "b",
        r#"{"unordered":{"none":null,"set":["x","y"],"keyed":[{"k":"a","v":1},{"k":"b"}]},"free":{"a":1}}"#,
    );
    check(&format!(
        r#"
        POST   ruled {first}
        MERGE  ruled/a {{"spec":{{"fixed":"b"}}}}
        MERGE  ruled/a {{"spec":{{"grows":0}}}}
        MERGE  ruled/a {{"spec":{{"grows":2}}}}
        MERGE  ruled/a {{"spec":{{"map":[{{"k":"b","v":4}},{{"k":"a","v":2}}]}}}}
        MERGE  ruled/a {{"spec":{{"map":[{{"k":"b","v":6}},{{"k":"c","v":0}}]}}}}
        MERGE  ruled/a {{"spec":{{"map":[{{"k":"b"}}]}}}}
        MERGE  ruled/a {{"spec":{{"once":"x"}}}}
        MERGE  ruled/a {{"spec":{{"once":"y"}}}}
        MERGE  ruled/a/status {{"status":{{"n":2}}}}
        MERGE  ruled/a/status {{"status":{{"n":-2}}}}
        MERGE  ruled/a/status {{"status":{{"n":4}}}}
        MERGE  ruled/a {{"spec":{{"max":1}}}}
        MERGE  ruled/a {{"spec":{{"fixed":null}}}}
        MERGE  ruled/a {{"spec":{{"fixed":"c"}}}}
        MERGE  ruled/a {{"spec":{{"maybe":{{}}}}}}
        MERGE  ruled/a {{"spec":{{"maybe":{{"l":[1,2],"o":{{}}}}}}}}
        MERGE  ruled/a {{"spec":{{"maybe":{{"l":[4,2],"m":{{}}}}}}}}
        MERGE  ruled/a {{"spec":{{"maybe":{{"l":[1,2,3],"o":{{"x":4}},"m":{{"k":"v"}}}}}}}}
        MERGE  ruled/a {{"spec":{{"maybe":{{"l":[1],"o":{{"x":null}}}}}}}}
        MERGE  ruled/a {{"spec":{{"maybe":{{"o":null}}}}}}
        MERGE  ruled/a {{"spec":{{"maybe":{{"a":1}}}}}}
        MERGE  ruled/a {{"spec":{{"maybe":{{"a":null}}}}}}
        GET    ruled/a
        POST   ruled {second}
        MERGE  ruled/b {{"spec":{{"unordered":{{"set":["y","x"],"keyed":[{{"k":"b"}},{{"k":"a","v":1}}]}}}}}}
        MERGE  ruled/b {{"spec":{{"unordered":{{"set":["y","z"]}}}}}}
        MERGE  ruled/b {{"spec":{{"unordered":{{"set":["x"]}}}}}}
        MERGE  ruled/b {{"spec":{{"unordered":{{"keyed":[{{"k":"b"}},{{"k":"a","v":2}}]}}}}}}
        MERGE  ruled/b {{"spec":{{"unordered":{{"keyed":[{{"k":"c"}},{{"k":"d"}}]}}}}}}
        MERGE  ruled/b {{"spec":{{"unordered":{{"none":""}}}}}}
        MERGE  ruled/b {{"spec":{{"free":{{"a":2}}}}}}
        MERGE  ruled/b {{"spec":{{"free":{{"b":1}}}}}}
        MERGE  ruled/b {{"spec":{{"free":{{"a":null,"b":1}}}}}}
    "#
    ))
    .await;
}
