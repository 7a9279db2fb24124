//! Definitions of custom resources: which are refused, and in which words.

use super::check;
use serde_json::{Value, json};

/// Sends a definition for each of the changes to one that is valid; each change is a JSON merge patch of its spec.
async fn check_changes(changes: &str) {
    let mut rows = String::new();
    for change in changes.lines().map(str::trim).filter(|change| !change.is_empty()) {
        let mut definition = json!({
            "metadata": { "name": "wrongs.definitions.kopf.test" },
            "spec": {
                "group": "definitions.kopf.test",
                "scope": "Namespaced",
                "names": { "plural": "wrongs", "kind": "Wrong" },
                "versions": [
                    { "name": "v1", "served": true, "storage": true, "schema": { "openAPIV3Schema": { "type": "object" } } },
                ],
            },
        });
        let change: Value = serde_json::from_str(change).expect("a change is JSON");
        json_patch_of(&mut definition["spec"], &change);
        rows += &format!(
            "POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All {definition}\n"
        );
    }
    check(&rows).await;
}

/// Puts fields into an object, and into those in it.
fn json_patch_of(target: &mut Value, change: &Value) {
    match (target, change) {
        (Value::Object(fields), Value::Object(changes)) => {
            for (name, change) in changes {
                match change {
                    Value::Null => drop(fields.remove(name)),
                    change => json_patch_of(fields.entry(name).or_insert_with(|| json!({})), change),
                }
            }
        }
        (target, change) => *target = change.clone(),
    }
}

/// The same for schemas of the only version, each one the properties of `spec`.
async fn check_schemas(schemas: &str) {
    let changes = schemas.lines().map(str::trim).filter(|schema| !schema.is_empty()).map(|schema| {
        format!(
            r#"{{"versions":[{{"name":"v1","served":true,"storage":true,"schema":{{"openAPIV3Schema":{{"type":"object","properties":{{"spec":{{"type":"object","properties":{schema}}}}}}}}}}}]}}{}"#,
            "\n"
        )
    });
    check_changes(&changes.collect::<String>()).await;
}

#[tokio::test]
async fn names_and_versions_have_their_rules() {
    check_changes(
        r#"
        {}
        {"group":""}
        {"group":"Not.A.Group"}
        {"group":"nodots"}
        {"group":"other.kopf.test"}
        {"scope":""}
        {"names":{"plural":"Wrongs"}}
        {"names":{"plural":null}}
        {"names":{"kind":null}}
        {"names":{"kind":"not a kind"}}
        {"names":{"singular":"Wrong"}}
        {"names":{"listKind":"Wrong"}}
        {"names":{"shortNames":["w","W"],"categories":["all","A b"]}}
        {"versions":[{"name":"1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}
        {"versions":[{"name":"v1","served":true,"storage":true,"schema":{}}]}
        {"versions":[{"name":"v1","served":true,"storage":true,"deprecationWarning":"old","schema":{"openAPIV3Schema":{"type":"object"}}}]}
        {"versions":[{"name":"v1","served":true,"storage":true,"deprecated":true,"deprecationWarning":"","schema":{"openAPIV3Schema":{"type":"object"}}}]}
        {"versions":[{"name":"v1","served":true,"storage":true,"deprecated":true,"deprecationWarning":"a\nb","schema":{"openAPIV3Schema":{"type":"object"}}}]}
        {"versions":[{"name":"v1","served":true,"storage":true,"deprecated":true,"deprecationWarning":"é\u0085","schema":{"openAPIV3Schema":{"type":"object"}}}]}
        {"versions":[{"name":"v1","served":true,"storage":true,"deprecated":true,"deprecationWarning":"é\u00a0b","schema":{"openAPIV3Schema":{"type":"object"}}}]}
        {"versions":[{"name":"v1","served":true,"storage":true,"deprecated":true,"deprecationWarning":"\u2028","schema":{"openAPIV3Schema":{"type":"object"}}}]}
        {"versions":[{"name":"v1","served":true,"storage":true,"deprecated":true,"deprecationWarning":"\u00ad","schema":{"openAPIV3Schema":{"type":"object"}}}]}
        {"versions":[{"name":"v1","served":true,"storage":true,"deprecated":true,"deprecationWarning":"\u0000","schema":{"openAPIV3Schema":{"type":"object"}}}]}
        {"versions":[{"name":"v1","served":true,"storage":true,"deprecated":true,"deprecationWarning":"x😀 y","schema":{"openAPIV3Schema":{"type":"object"}}}]}
        {"versions":[{"name":"v1","served":true,"storage":true,"deprecated":true,"deprecationWarning":"ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé\n","schema":{"openAPIV3Schema":{"type":"object"}}}]}
        {"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{}}}]}
        {"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"string"}}}]}
        {"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","nullable":true}}}]}
        {"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","additionalProperties":{"type":"string"}}}}]}
        {"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"metadata":{"type":"object","properties":{"labels":{"type":"object"}}}}}}}]}
        {"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"metadata":{"type":"object","properties":{"name":{"type":"string","maxLength":3}}},"kind":{"type":"object"}}}}}]}
        {"versions":[{"name":"v1","served":true,"storage":true,"subresources":{"scale":{}},"schema":{"openAPIV3Schema":{"type":"object"}}}]}
        {"versions":[{"name":"v1","served":true,"storage":true,"subresources":{"scale":{"specReplicasPath":"spec.replicas","statusReplicasPath":".spec.replicas","labelSelectorPath":".other"}},"schema":{"openAPIV3Schema":{"type":"object"}}}]}
        {"versions":[{"name":"v1","served":true,"storage":true,"additionalPrinterColumns":[{"name":"","type":"text","format":"odd","jsonPath":""},{"name":"b","type":"string","jsonPath":"spec.b"}],"schema":{"openAPIV3Schema":{"type":"object"}}}]}
        {"versions":[{"name":"v1","served":true,"storage":true,"selectableFields":[{"jsonPath":".spec.a"},{"jsonPath":".spec.b"},{"jsonPath":".spec.a"},{"jsonPath":".spec.l"}],"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{"a":{"type":"string"},"l":{"type":"array","items":{"type":"string"}}}}}}}}]}
        {"conversion":{"strategy":"Magic"}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn schemas_are_structural() {
    check_schemas(
        r#"
        {"a":{}}
        {"a":{"type":"text"}}
        {"a":{"type":"null"}}
        {"a":{"type":"array"}}
        {"a":{"type":"array","items":{}}}
        {"a":{"type":"array","items":{"type":"string"},"uniqueItems":true}}
        {"a":{"type":"object","properties":{"x":{"type":"string"}},"additionalProperties":{"type":"string"}}}
        {"a":{"type":"object","properties":{"x":{"type":"string"}},"additionalProperties":false}}
        {"a":{"x-kubernetes-int-or-string":true,"x-kubernetes-preserve-unknown-fields":true}}
        {"a":{"x-kubernetes-int-or-string":true,"anyOf":[{"type":"integer"},{"type":"string"}]}}
        {"a":{"type":"string","anyOf":[{"type":"integer"},{"format":"date"}]}}
        {"a":{"type":"string","allOf":[{"description":"x","nullable":true,"default":"y","title":"z"}]}}
        {"a":{"type":"object","oneOf":[{"properties":{"x":{"minimum":1}},"required":["x"]}]}}
        {"a":{"type":"array","items":{"type":"integer"},"not":{"items":{"properties":{"x":{"minimum":1}}}}}}
        {"a":{"type":"string","pattern":"["}}
        {"a":{"type":"string","pattern":"("}}
        {"a":{"type":"string","pattern":"*a"}}
        {"a":{"type":"object","x-kubernetes-embedded-resource":true}}
        {"a":{"x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}}
        {"a":{"type":"object","x-kubernetes-preserve-unknown-fields":false}}
        {"a":{"type":"object","x-kubernetes-map-type":"odd"}}
        {"a":{"type":"string","x-kubernetes-map-type":"atomic"}}
        {"a":{"type":"string","x-kubernetes-list-type":"set"}}
        {"a":{"type":"array","items":{"type":"string"},"x-kubernetes-list-type":"odd"}}
        {"a":{"type":"array","items":{"type":"object"},"x-kubernetes-list-type":"set"}}
        {"a":{"type":"array","items":{"type":"string"},"x-kubernetes-list-type":"map"}}
        {"a":{"type":"array","items":{"type":"object"},"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"]}}
        {"a":{"type":"array","items":{"type":"object","properties":{"k":{"type":"string"}}},"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k","k"]}}
        {"a":{"type":"array","items":{"type":"object","required":["k"],"properties":{"k":{"type":"object"}}},"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"]}}
        {"a":{"type":"array","items":{"type":"object","nullable":true,"required":["k"],"properties":{"k":{"type":"string","nullable":true}}},"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"]}}
        {"a":{"type":"array","items":{"type":"string"},"x-kubernetes-list-map-keys":["k"]}}
        {"a":{"$ref":"x","type":"string"}}
        {"a":{"type":"object","patternProperties":{"x":{"type":"string"}}}}
        {"a":{"type":"string","default":1}}
        {"a":{"type":"object","default":{"y":1},"properties":{"x":{"type":"string"}}}}
        {"a":{"type":"object","default":{"x":1},"properties":{"x":{"type":"string","minLength":2}}}}
        {"a":{"type":"integer","minimum":5,"default":1}}
        {"a":{"type":"array","items":{"type":"integer","default":"x"}}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn rules_are_looked_at_before_they_are_taken() {
    check_schemas(
        r#"
        {"a":{"type":"integer","x-kubernetes-validations":[{"rule":"self > 1"}]}}
        {"a":{"type":"integer","x-kubernetes-validations":[{"rule":""}]}}
        {"a":{"type":"integer","x-kubernetes-validations":[{"rule":"self > 1","message":"  "}]}}
        {"a":{"type":"integer","x-kubernetes-validations":[{"rule":"self > 1","message":"a\nb"}]}}
        {"a":{"type":"integer","x-kubernetes-validations":[{"rule":"self > 1 &&\nself < 5"}]}}
        {"a":{"type":"integer","x-kubernetes-validations":[{"rule":"self > 1","reason":"Odd"}]}}
        {"a":{"type":"integer","x-kubernetes-validations":[{"rule":"self > 1","optionalOldSelf":true}]}}
        {"a":{"type":"object","properties":{"x":{"type":"integer"}},"x-kubernetes-validations":[{"rule":"self.x > 1","fieldPath":".x"}]}}
        {"a":{"type":"object","properties":{"x":{"type":"integer"}},"x-kubernetes-validations":[{"rule":"self.x > 1","fieldPath":".y"}]}}
        {"a":{"type":"object","properties":{"x":{"type":"integer"}},"x-kubernetes-validations":[{"rule":"self.y > 1"}]}}
        {"a":{"type":"object","properties":{"x":{"type":"integer"}},"x-kubernetes-validations":[{"rule":"has(self.y)"}]}}
        {"a":{"type":"integer","x-kubernetes-validations":[{"rule":"other > 1"}]}}
        {"a":{"type":"integer","x-kubernetes-validations":[{"rule":"self"}]}}
        {"a":{"type":"array","maxItems":5,"items":{"type":"object","properties":{"x":{"type":"integer"}}},"x-kubernetes-validations":[{"rule":"self.all(i, i.y > 1)"}]}}
        {"a":{"type":"object","additionalProperties":{"type":"object","properties":{"x":{"type":"integer"}}},"x-kubernetes-validations":[{"rule":"self.all(k, v, v.y > 1)"}]}}
        {"a":{"type":"object","maxProperties":5,"additionalProperties":{"type":"integer"},"x-kubernetes-validations":[{"rule":"self.all(k, v, w > 1)"}]}}
        {"a":{"type":"array","maxItems":5,"items":{"type":"integer","x-kubernetes-validations":[{"rule":"self == oldSelf"}]}}}
        {"a":{"type":"integer","allOf":[{"x-kubernetes-validations":[{"rule":"self > 1"}]}]}}
        {"a":{"type":"string","default":"x","x-kubernetes-validations":[{"rule":"self == 'y'"}]}}
        {"a":{"type":"string","default":"y","x-kubernetes-validations":[{"rule":"self == 'y'"}]}}
        {"a":{"type":"object","default":{"x":1},"properties":{"x":{"type":"integer","x-kubernetes-validations":[{"rule":"self > 1","message":"little"}]}}}}
        {"a":{"type":"integer","default":1,"x-kubernetes-validations":[{"rule":"oldSelf.hasValue() || self > 1","optionalOldSelf":true}]}}
        {"a":{"type":"integer","default":1,"x-kubernetes-validations":[{"rule":"self > oldSelf"}]}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn rules_may_cost_no_more_than_they_can_be_told_to() {
    check_schemas(
        r#"
        {"l":{"type":"array","items":{"type":"string"},"x-kubernetes-validations":[{"rule":"self.all(x, x == 'a')"}]}}
        {"l":{"type":"array","maxItems":100,"items":{"type":"string"},"x-kubernetes-validations":[{"rule":"self.all(x, self.exists_one(y, x == y))"}]}}
        {"l":{"type":"array","maxItems":100,"items":{"type":"string","maxLength":50},"x-kubernetes-validations":[{"rule":"self.all(x, self.exists_one(y, x == y))"}]}}
        {"l":{"type":"array","items":{"type":"string"},"x-kubernetes-validations":[{"rule":"self.all(i, x, i > 1 && x == 'a')"}]}}
        {"m":{"type":"object","additionalProperties":{"type":"string"},"x-kubernetes-validations":[{"rule":"self.exists(k, v, k == v)"}]}}
        {"m":{"type":"object","maxProperties":100,"additionalProperties":{"type":"string"},"x-kubernetes-validations":[{"rule":"self.existsOne(k, v, k == v)"}]}}
        {"m":{"type":"object","maxProperties":1000,"additionalProperties":{"type":"string","maxLength":100},"x-kubernetes-validations":[{"rule":"self.transformList(k, v, v).all(x, self.transformMap(k, v, v + k).exists(y, x == y))"}]}}
        {"m":{"type":"object","maxProperties":100,"additionalProperties":{"type":"string"},"x-kubernetes-validations":[{"rule":"self.transformMapEntry(k, v, {v: k}).all(a, b, a.contains(b))"}]}}
        {"l":{"type":"array","items":{"type":"object","required":["name","value"],"properties":{"name":{"type":"string"},"value":{"type":"integer"}}},"x-kubernetes-validations":[{"rule":"self.all(x, x.value > 1)"},{"rule":"self.all(x, self.all(y, x.value == y.value))"}]}}
        {"l":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"}},"x-kubernetes-validations":[{"rule":"has(self.name) && self.name.startsWith('abc')"}]}}}
        {"l":{"type":"array","items":{"type":"object","required":["name"],"properties":{"name":{"type":"string"}},"x-kubernetes-validations":[{"rule":"self.name.matches('^[a-z]+$')"}]}}}
        {"l":{"type":"array","maxItems":10,"items":{"type":"object","properties":{"m":{"type":"array","maxItems":20,"items":{"type":"string","x-kubernetes-validations":[{"rule":"self.contains('abcdefghijklmnopqrstuvwxyz') || self.size() > 3"}]}}}}}}
        {"s":{"type":"string","x-kubernetes-validations":[{"rule":"self.matches('^[a-z]+$')"},{"rule":"self.lowerAscii() == self"},{"rule":"self.split(',').all(x, x.size() > 2)"},{"rule":"self.replace('a', 'bb') == 'x'"},{"rule":"self.find('[a-z]+').size() > 2"},{"rule":"self + self == 'x'"}]}}
        {"s":{"type":"string","maxLength":100,"x-kubernetes-validations":[{"rule":"self.split(',').all(x, self.split(';').all(y, x + y != self))"}]}}
        {"m":{"type":"object","additionalProperties":{"type":"string"},"x-kubernetes-validations":[{"rule":"self.all(k, self[k] == 'abc')"},{"rule":"self.all(k, k.matches('^a+$') && self[k].size() > 2)"}]}}
        {"m":{"type":"object","maxProperties":50,"additionalProperties":{"type":"array","items":{"type":"integer"}},"x-kubernetes-validations":[{"rule":"self.all(k, self[k].all(x, x > 2 && x in self[k]))"}]}}
        {"a":{"type":"array","items":{"type":"integer"}},"b":{"type":"array","items":{"type":"integer"}}}
        {"p":{"x-kubernetes-int-or-string":true,"x-kubernetes-validations":[{"rule":"type(self) == int ? self < 100 : self.matches('^[0-9]+%$')"}]},"l":{"type":"array","items":{"x-kubernetes-int-or-string":true,"x-kubernetes-validations":[{"rule":"self == 'abc' || self == 5"}]}}}
        {"l":{"type":"array","items":{"type":"string"},"x-kubernetes-validations":[{"rule":"self.map(x, x + 'a').exists(x, x == 'ba')"},{"rule":"self.filter(x, x.startsWith('a')).size() < 3"},{"rule":"self.isSorted()"},{"rule":"self.join(',').size() < 1000"},{"rule":"sets.contains(self, ['a', 'b'])"}]}}
        {"l":{"type":"array","items":{"type":"object","properties":{"e":{"type":"string","enum":["one","three"]},"t":{"type":"string","format":"date-time"},"d":{"type":"string","format":"duration"},"b":{"type":"boolean"}},"x-kubernetes-validations":[{"rule":"!has(self.e) || self.e in ['one', 'two']"},{"rule":"!has(self.t) || self.t > timestamp('2026-01-01T00:00:00Z')"},{"rule":"!has(self.d) || self.d <= duration('1h')"}]}}}
        {"q":{"type":"string","x-kubernetes-validations":[{"rule":"quantity(self).isLessThan(quantity('1Gi')) && isQuantity(self)"}]},"u":{"type":"array","maxItems":500,"items":{"type":"string","x-kubernetes-validations":[{"rule":"url(self).getHost() == 'a'"},{"rule":"isURL(self)"},{"rule":"ip(self).family() == 4"},{"rule":"cidr('10.0.0.0/8').containsIP(self)"}]}}}
        {"o":{"type":"object","properties":{"x":{"type":"string"}},"x-kubernetes-validations":[{"rule":"self.x == 'a'","messageExpression":"self.x + self.x"},{"rule":"self == oldSelf"},{"rule":"oldSelf.hasValue() && oldSelf.value().x == self.x","optionalOldSelf":true}]}}
        {"l":{"type":"array","items":{"type":"array","items":{"type":"array","items":{"type":"integer","x-kubernetes-validations":[{"rule":"self > 1"}]}}},"x-kubernetes-validations":[{"rule":"self.all(x, x.all(y, y.all(z, z > 1)))"}]}}
        {"l":{"type":"array","maxItems":1000,"items":{"type":"object","required":["a"],"properties":{"a":{"type":"string","maxLength":253},"c":{"type":"array","maxItems":16,"items":{"type":"string","maxLength":63}}},"x-kubernetes-validations":[{"rule":"self.c.all(x, self.c.exists(y, x == y))"},{"rule":"self.a.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')"},{"rule":"self.c.all(x, x.size() > 0 ? x[0:1] == 'a' : true)"}]}}}
        {"l":{"type":"array","maxItems":1000,"items":{"type":"object","required":["a"],"properties":{"a":{"type":"string","maxLength":253},"c":{"type":"array","maxItems":16,"items":{"type":"string","maxLength":63}}},"x-kubernetes-validations":[{"rule":"self.c.all(x, self.c.exists(y, x == y))"},{"rule":"self.a.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')"}]}}}
        {"l":{"type":"array","items":{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true,"x-kubernetes-validations":[{"rule":"self.metadata.name.startsWith('a') && self.kind == 'Pod'"}]}}}
        {"m":{"type":"object","additionalProperties":{"type":"object","required":["a","bb"],"properties":{"a":{"type":"string"},"bb":{"type":"array","items":{"type":"boolean"}}},"x-kubernetes-validations":[{"rule":"self.a < 'm' || self.bb.exists_one(x, x)"}]},"x-kubernetes-validations":[{"rule":"self.exists(k, k in ['a', 'b', 'c'])"},{"rule":"size(self) > 2 ? self.all(k, size(self[k].a) > 1) : true"}]}}
        {"l":{"type":"array","maxItems":4000,"items":{"type":"string","maxLength":100,"x-kubernetes-validations":[{"rule":"self.trim().upperAscii().indexOf('A') > 1"},{"rule":"self.substring(1).contains(self)"},{"rule":"(self.startsWith('a') ? self : 'none') == 'none'"},{"rule":"string(size(self)) == self"},{"rule":"self.endsWith(self + 'a')"},{"rule":"self.findAll('[a-z]').all(x, x == 'a')"}]}}}
        {"l":{"type":"array","maxItems":300,"items":{"type":"string","format":"byte"},"x-kubernetes-validations":[{"rule":"self.all(x, x == b'abc')"},{"rule":"self.all(x, string(x) == 'abc')"}]}}
        {"l":{"type":"array","maxItems":200,"items":{"type":"number"},"x-kubernetes-validations":[{"rule":"self.sum() < 5.0 && self.max() > 1.0"},{"rule":"self.all(x, self.all(y, self.all(z, x + y > z)))"},{"rule":"self.filter(x, x > 1.0).map(x, x * 2.0).all(x, x in self)"},{"rule":"self.indexOf(1.0) == self.lastIndexOf(1.0)"}]}}
        {"l":{"type":"array","maxItems":20,"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"items":{"type":"object","required":["k"],"properties":{"k":{"type":"string"},"v":{"type":"object","additionalProperties":{"type":"integer"}}}},"x-kubernetes-validations":[{"rule":"self.all(x, !has(x.v) || x.v.all(k, x.v[k] > 1))"},{"rule":"self.all(x, oldSelf.exists(y, y.k == x.k))"},{"rule":"self.map(x, x.k).join('').size() > 3"},{"rule":"self.map(x, [x.k, 'a']).all(y, y[0] == 'a')"},{"rule":"self.map(x, {'key': x.k}).all(y, y.key == 'abc')"}]}}
        "#,
    )
    .await;
}

#[tokio::test]
async fn defaults_are_checked_as_they_are_written() {
    check_schemas(
        r#"
        {"a":{"type":"integer","default":2.0}}
        {"a":{"type":"integer","default":2.5}}
        {"a":{"type":"integer","default":1e16}}
        {"a":{"type":"integer","default":1e3,"maximum":5}}
        {"a":{"type":"integer","default":4000000.0,"maximum":3000000}}
        {"a":{"type":"integer","default":4000000,"maximum":3000000}}
        {"a":{"type":"integer","default":2.0,"x-kubernetes-validations":[{"rule":"self > 0"}]}}
        {"a":{"type":"number","default":2.0,"x-kubernetes-validations":[{"rule":"self > 0.0"}]}}
        {"a":{"type":"number","default":2,"x-kubernetes-validations":[{"rule":"self > 0.0"}]}}
        {"a":{"type":"string","default":2.0}}
        {"a":{"type":"integer","enum":[1.0,2.5]}}
        {"a":{"type":"integer","enum":[2.0],"default":2.5}}
        {"a":{"type":"integer","enum":[1],"default":1.0}}
        {"a":{"type":"integer","enum":[1e7],"default":4000000.0}}
        {"a":{"type":"number","multipleOf":1000000.5,"default":3}}
        {"a":{"type":"array","items":{"type":"integer"},"x-kubernetes-list-type":"set","default":[1,1.0]}}
        {"a":{"type":"array","items":{"type":"integer"},"default":[1,1e16,2.0]}}
        {"a":{"type":"object","default":{"b":2.0},"properties":{"b":{"type":"integer","x-kubernetes-validations":[{"rule":"self > 0"}]}}}}
        {"a":{"type":"object","default":{"a":1.0,"b":1e21},"x-kubernetes-preserve-unknown-fields":true}}
        {"a":{"type":"object","default":{"apiVersion":"v1","kind":"K","metadata":{"name":"x","generation":2.0}},"x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}}
        {"a":{"x-kubernetes-int-or-string":true,"default":2.5}}
        {"a":{"x-kubernetes-int-or-string":true,"default":true}}
        {"a":{"x-kubernetes-int-or-string":true,"default":{}}}
        {"a":{"x-kubernetes-int-or-string":true,"default":true,"enum":[1,"a"]}}
        {"a":{"x-kubernetes-int-or-string":true,"default":2.5,"maximum":2}}
        {"a":{"x-kubernetes-int-or-string":true,"anyOf":[{"type":"integer"},{"type":"string"}],"default":2.5}}
        {"a":{"x-kubernetes-int-or-string":true,"default":2.0,"x-kubernetes-validations":[{"rule":"self == 2"}]}}
        {"a":{"type":"object","default":{"b":{}},"properties":{"b":{"x-kubernetes-int-or-string":true}}}}
        {"a":{"type":"array","default":[1,"a",true,2.5],"items":{"x-kubernetes-int-or-string":true}}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn rules_stand_where_a_schema_tells_a_type() {
    check_schemas(
        r#"
        {"a":{"x-kubernetes-preserve-unknown-fields":true,"x-kubernetes-validations":[{"rule":"true"}]}}
        {"a":{"x-kubernetes-preserve-unknown-fields":true,"nullable":true,"x-kubernetes-validations":[{"rule":"self == 1"},{"rule":"self."}]}}
        {"a":{"x-kubernetes-preserve-unknown-fields":true,"default":{},"x-kubernetes-validations":[{"rule":"true"}]}}
        {"a":{"type":"object","x-kubernetes-preserve-unknown-fields":true,"x-kubernetes-validations":[{"rule":"true"}]}}
        {"a":{"x-kubernetes-int-or-string":true,"x-kubernetes-validations":[{"rule":"true"}]}}
        {"a":{"type":"array","items":{"x-kubernetes-preserve-unknown-fields":true},"x-kubernetes-validations":[{"rule":"true"}]}}
        {"a":{"type":"array","default":[1],"items":{"x-kubernetes-preserve-unknown-fields":true},"x-kubernetes-validations":[{"rule":"true"}]}}
        {"a":{"type":"array","maxItems":3,"items":{"x-kubernetes-preserve-unknown-fields":true,"x-kubernetes-validations":[{"rule":"true"}]}}}
        {"a":{"type":"object","additionalProperties":{"x-kubernetes-preserve-unknown-fields":true},"x-kubernetes-validations":[{"rule":"true"}]}}
        {"a":{"type":"object","additionalProperties":true,"x-kubernetes-validations":[{"rule":"true"}]}}
        {"a":{"type":"object","default":{"b":1},"properties":{"b":{"x-kubernetes-preserve-unknown-fields":true,"x-kubernetes-validations":[{"rule":"true"}]}}}}
        {"a":{"type":"object","properties":{"b":{"x-kubernetes-preserve-unknown-fields":true}},"x-kubernetes-validations":[{"rule":"has(self.b)"}]}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn defaults_are_checked_by_formats_of_all_types() {
    check_schemas(
        r#"
        {"a":{"x-kubernetes-preserve-unknown-fields":true,"format":"int32","default":3}}
        {"a":{"x-kubernetes-preserve-unknown-fields":true,"format":"int32","default":3000000000}}
        {"a":{"x-kubernetes-preserve-unknown-fields":true,"format":"int64","default":3}}
        {"a":{"x-kubernetes-preserve-unknown-fields":true,"format":"double","default":2.5}}
        {"a":{"x-kubernetes-preserve-unknown-fields":true,"format":"date","default":3}}
        {"a":{"x-kubernetes-preserve-unknown-fields":true,"format":"date","default":"a"}}
        {"a":{"x-kubernetes-int-or-string":true,"format":"int32","default":3}}
        {"a":{"x-kubernetes-int-or-string":true,"format":"int64","default":3}}
        {"a":{"x-kubernetes-int-or-string":true,"format":"quantity","default":3,"minimum":10}}
        {"a":{"x-kubernetes-int-or-string":true,"format":"date","default":"a"}}
        {"a":{"type":"array","items":{"type":"string","format":"quantity"},"default":["a b",true,1]}}
        {"a":{"type":"array","items":{"type":"integer","format":"cidr"},"default":[1,2.5,"a"]}}
        {"a":{"type":"number","format":"uri","default":{}}}
        {"a":{"type":"number","format":"uri","default":1}}
        {"a":{"type":"string","format":"int64","default":3}}
        {"a":{"type":"boolean","format":"date","default":true}}
        {"a":{"type":"object","format":"int32","default":{"x":1},"x-kubernetes-preserve-unknown-fields":true}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn what_is_wrong_in_defaults_has_its_place() {
    check_schemas(
        r#"
        {"a":{"type":"object","default":{"c":["::1"],"b":false},"properties":{"b":{"type":"boolean"}}}}
        {"a":{"type":"object","default":{"x.y":2,"type":2.5},"maxProperties":1,"additionalProperties":{"type":"integer"}}}
        {"a":{"type":"object","default":{"a":true},"additionalProperties":{"type":"object","additionalProperties":{"type":"integer"}}}}
        {"a":{"type":"object","default":{"a":{"b":true}},"additionalProperties":{"type":"object","additionalProperties":{"type":"integer"}}}}
        {"a":{"type":"object","required":["zz"],"default":{"b":{"apiVersion":"","kind":"K","metadata":{"labels":{"a":1}}}},"properties":{"b":{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}}}}
        {"a":{"type":"object","required":["zz"],"default":{"b":{"apiVersion":"","kind":"K","metadata":{"labels":{"a":"?"}}}},"properties":{"b":{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}}}}
        {"a":{"type":"object","default":{"kind":"K","x":1},"x-kubernetes-embedded-resource":true,"properties":{"y":{"type":"string"}}}}
        {"a":{"type":"object","default":{"apiVersion":"v1","kind":"K","metadata":{"name":"X","odd":1}},"x-kubernetes-embedded-resource":true,"properties":{"y":{"type":"string"}}}}
        {"a":{"type":"array","default":[{"apiVersion":"v1","kind":"k k"}],"items":{"type":"object","x-kubernetes-embedded-resource":true,"properties":{"y":{"type":"string"}}}}}
    "#,
    )
    .await;
}
