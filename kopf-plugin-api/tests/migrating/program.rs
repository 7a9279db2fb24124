//! A plugin that is made of what MIGRATING.md has on the right, chapter by chapter. It is compiled, and not run.

#![allow(
    dead_code,
    clippy::needless_pass_by_value,
    clippy::too_many_arguments,
    clippy::unused_async,
    reason = "it is compiled, and not run"
)]

mod decorators {
    use kopf_plugin_api::prelude::*;

    #[kopf::on::create("zalando.org", "v1", "kopfexamples", id = "name", param = json!({ "size": 3 }))]
    #[kopf::on::update("zalando.org", "v1", "kopfexamples", id = "name")]
    #[kopf::on::delete("zalando.org", "v1", "kopfexamples", id = "name", optional)]
    #[kopf::on::resume("zalando.org", "v1", "kopfexamples", id = "name", deleted)]
    #[kopf::on::event("zalando.org", "v1", "kopfexamples", id = "name")]
    fn of_causes() {}

    #[kopf::on::field("zalando.org", "v1", "kopfexamples", field = "spec.size")]
    async fn field_fn(subs: Subhandlers) -> Outcome<()> {
        #[kopf::subhandler]
        fn inside() {}

        let (item, closure) = ("item", || Ok(()));
        subs.add(item, closure);
        subs.add("another", |_spec: Spec| Ok(())).retries(3);
        subs.add_async("third", async || Ok(()));
        subs.execute().await?;
        subs.execute_blocking()?;
        Ok(())
    }

    #[kopf::index("zalando.org", "v1", "kopfexamples")]
    fn index_fn(name: Name) -> (String, ()) {
        (name.to_string(), ())
    }

    #[kopf::daemon("zalando.org", "v1", "kopfexamples")]
    async fn daemon_fn() {}

    #[kopf::timer("zalando.org", "v1", "kopfexamples")]
    async fn timer_fn() {}

    #[kopf::on::startup]
    fn startup_fn() {}

    #[kopf::on::cleanup]
    fn cleanup_fn() {}

    #[kopf::on::login]
    fn login_fn() -> Outcome<Option<Credentials>> {
        Ok(None)
    }

    #[kopf::on::probe]
    fn probe_fn() {}
}

mod resources {
    use kopf_plugin_api::prelude::*;

    #[kopf::on::event("group", "version", "plural")]
    #[kopf::on::event("group/version", "name")]
    #[kopf::on::event(kind = "Pod")]
    #[kopf::on::event(plural = "pods")]
    #[kopf::on::event(singular = "pod")]
    #[kopf::on::event(short_name = "po")]
    #[kopf::on::event(category = "all")]
    #[kopf::on::event("zalando.org", "v1", kind = "KopfExample")]
    #[kopf::on::event(everything)]
    #[kopf::on::event(resources = is_ours)]
    fn named(resource: Context) {
        let (group, version, plural, kind) =
            (resource.group, resource.version, resource.plural, resource.kind);
        info!("{group} {version} {plural} {kind} {}", resource.namespaced);
    }

    const _: fn(&kopf::Resource) -> bool = is_ours;

    fn is_ours(resource: &kopf::Resource) -> bool {
        let texts =
            [&resource.group, &resource.version, &resource.plural, &resource.kind, &resource.singular];
        let lists = [&resource.short_names, &resource.categories, &resource.verbs, &resource.subresources];
        resource.preferred
            && resource.namespaced
            && texts.iter().all(|text| text.is_empty())
            && lists.iter().all(|list| list.is_empty())
    }

    async fn addresses(client: Client) -> Outcome<()> {
        client.resource("v1", "pods").namespace("default").get("name").await?;
        Ok(())
    }
}

mod filters {
    use kopf_plugin_api::prelude::*;

    #[kopf::on::create("pods", labels = { "app" = "web" }, annotations = { "team" = present })]
    #[kopf::on::update("pods", labels = { "app" = absent }, field = "spec.size", value = 5)]
    #[kopf::on::delete("pods", labels = { "app" = not(is_short) }, field = "spec.size", value = present)]
    #[kopf::on::resume("pods", field = "metadata.annotations.example\\.com/size", value = absent)]
    #[kopf::on::event("pods", when = |spec: Spec| spec["on"] == true)]
    fn filtered() {}

    #[kopf::on::field("pods", field = "spec.size", old = 1, new = 2)]
    #[kopf::on::update("pods", field = "spec.place", value = all(is_number, any(present, none(5, 6))))]
    fn changed() {}

    const _: fn(Option<&str>) -> bool = is_short;
    const _: fn(Option<&Value>) -> bool = is_number;

    fn is_short(value: Option<&str>) -> bool {
        value.is_none_or(|text| text.len() < 3)
    }

    fn is_number(value: Option<&Value>) -> bool {
        value.is_some_and(Value::is_number)
    }
}

mod errors {
    use kopf_plugin_api::prelude::*;

    #[kopf::on::create("pods", errors = permanent, retries = 3, timeout = "1m", attempt_timeout = "30s")]
    #[kopf::on::update("pods", errors = temporary, backoff = "10s")]
    #[kopf::on::resume("pods", errors = ignored,
        backoff = exponential("1s", factor = 2, cap = "10m", jitter = 0.5))]
    fn fails(name: Name) -> Outcome<()> {
        let _guard = Guard;
        match name.parse::<u32>()? {
            1 => Err(Temporary::new("not yet").after(10).into()),
            2 => Err(Permanent::new("never").into()),
            3 => Err(kopf::Error::msg("no")),
            _ => Ok(()),
        }
    }

    struct Guard;

    impl Drop for Guard {
        fn drop(&mut self) {}
    }

    #[kopf::on::login]
    fn refused() -> Outcome<Option<Credentials>> {
        match std::env::var_os("TOKEN") {
            None => Ok(None),
            Some(_) => Err(kopf::permanent("it is of another cluster")),
        }
    }
}

mod arguments {
    use kopf_plugin_api::{
        Call, FromCall,
        args::Operation,
        prelude::*,
        serde::{Deserialize, Serialize},
    };

    #[derive(Default, Deserialize, Serialize)]
    #[serde(crate = "kopf::serde")]
    struct T {
        a: u32,
    }

    #[kopf::on::update("pods")]
    fn of_the_object(
        spec: Spec,
        status: Status,
        body: Body,
        meta: Meta,
        labels: Labels,
        annotations: Annotations,
        name: Name,
        namespace: Namespace,
        uid: Uid,
    ) {
        info!("{spec} {status} {body} {labels} {annotations} {name} {namespace} {uid}");
        info!("{} {}", meta["creationTimestamp"], meta["deletionTimestamp"]);
        info!("{} {:?} {:?}", spec["a"]["b"], labels.get("app"), annotations.get("a"));
    }

    #[kopf::on::update("pods")]
    fn typed(spec: TypedSpec<T>, status: TypedStatus<T>, whole: Typed<T>, one: Size) -> Outcome<u32> {
        Ok(spec.a + status.a + whole.a + one.0)
    }

    #[kopf::on::update("pods")]
    fn of_the_change(old: Old, new: New, diff: Diff, reason: Reason) {
        info!("{:?} {new}", old.get());
        for difference in diff.iter() {
            let what = match difference.operation {
                Operation::Add => "add",
                Operation::Change => "change",
                Operation::Remove => "remove",
                _ => "more",
            };
            info!("{what} {:?} {} {}", difference.path, difference.old, difference.new);
        }
        match reason {
            Reason::Create | Reason::Update | Reason::Delete | Reason::Resume => info!("…"),
            _ => info!("an event"),
        }
    }

    #[kopf::on::event("pods")]
    fn of_the_attempt(
        Retry(retry): Retry,
        started: Started,
        runtime: Runtime,
        param: Param,
        event: RawEvent,
        context: Context,
    ) {
        info!("{retry} {started:?} {runtime:?} {param} {:?} {}", event.kind(), context.handler);
    }

    #[kopf::daemon("pods")]
    async fn of_a_daemon(
        stopped: Stopped,
        latest: Latest,
        patch: Patch,
        memo: Memo<T>,
        index: Index<the_function>,
    ) -> Outcome<()> {
        while !stopped.is_set() {
            patch.set_status("a", latest.spec()?["a"].clone());
            memo.lock().a = 1;
            info!("{:?} {} {:?} {:?}", index.get("key"), index.len(), index.keys(), index.values());
            if stopped.wait(std::time::Duration::from_secs(10)).await {
                break;
            }
        }
        Ok(())
    }

    #[kopf::index("pods")]
    fn the_function(name: Name) -> (String, u32) {
        (name.to_string(), 1)
    }

    #[kopf::on::startup]
    fn configure(settings: Settings) -> Outcome<()> {
        settings.set("watching.inactivity_timeout", 30)?;
        Ok(())
    }

    struct Size(u32);

    impl FromCall for Size {
        fn from_call(call: &Call) -> Outcome<Self> {
            Ok(Size(TypedSpec::<T>::from_call(call)?.a))
        }
    }
}

mod returns {
    use kopf_plugin_api::{prelude::*, serde::Serialize};

    #[kopf::on::create("pods")]
    fn returned(patch: Patch) -> Outcome<Value> {
        patch.set_status("a", 1);
        patch.set_spec("a", 1);
        patch.set_label("a", "b");
        patch.remove_label("a");
        patch.set_annotation("a", "b");
        patch.remove_annotation("a");
        patch.set_metadata("a", json!(1));
        patch.merge(json!({ "spec": { "a": null } }));
        patch.transform(|object| object["spec"]["a"] = 1.into());
        info!("{} {}", patch.is_empty(), patch.get());
        Ok(json!({ "a": 1 }))
    }

    fn of_any<T: Serialize>(value: T) -> Outcome<T> {
        Ok(value)
    }

    fn nothing() -> Outcome<()> {
        Ok(())
    }
}

mod background {
    use kopf_plugin_api::prelude::*;
    use std::time::Duration;

    #[kopf::daemon(
        "pods",
        initial_delay = "5s",
        cancellation_backoff = "5s",
        cancellation_timeout = "30s",
        cancellation_polling = "10s"
    )]
    async fn pings(stopped: Stopped) {
        while !stopped.is_set() {
            stopped.wait(Duration::from_secs(10)).await;
        }
        match stopped.reason() {
            Some(StopReason::FiltersMismatch | StopReason::ResourceDeleted) => {
                info!("{:?}", stopped.reasons())
            }
            Some(StopReason::OperatorPausing | StopReason::OperatorExiting) => info!("until later"),
            Some(StopReason::Signalled | StopReason::Cancelled | StopReason::Abandoned) | None => {}
            Some(_) => info!("for something newer"),
        }
    }

    #[kopf::daemon("pods")]
    fn pings_in_a_thread(stopped: Stopped) {
        while !stopped.wait_blocking(Duration::from_secs(10)) {}
    }

    #[kopf::timer("pods", interval = "1m", sharp, idle = "10s")]
    fn ticks() {}
}

mod memory {
    use kopf_plugin_api::{prelude::*, serde::Deserialize};
    use std::{collections::HashMap, sync::Arc};

    #[derive(Deserialize)]
    #[serde(crate = "kopf::serde")]
    struct Port {
        number: u16,
    }

    type K = String;
    type V = u16;

    #[kopf::index("pods")]
    fn one(key: Name, TypedSpec(value): TypedSpec<V>) -> (K, V) {
        let key = key.to_string();
        (key, value)
    }

    #[kopf::index("pods")]
    fn many(ports: TypedSpec<Vec<Port>>) -> Vec<(K, V)> {
        ports.iter().map(|port| ("port".to_owned(), port.number)).collect()
    }

    #[kopf::index("pods")]
    fn mapped() -> HashMap<K, V> {
        HashMap::new()
    }

    #[kopf::index("pods", errors = permanent)]
    fn alone() -> Option<Scalar<V>> {
        let value = 1;
        Some(Scalar(value))
    }

    #[kopf::on::startup]
    fn share_what_all_have() {
        let value = String::new();
        kopf::share(value);
    }

    struct Seen<T: Default>(T);

    fn uses<T: Default + Send + Sync + 'static>(_memo: Memo<T>, _shared: Shared<T>, _seen: Seen<T>) {}

    #[kopf::on::event("pods")]
    fn finds(index: Index<one>) {
        let key = String::new();
        let found: Vec<Arc<V>> = index.get(&key);
        info!("{found:?} {} {:?}", index.len(), index.keys());
    }
}

mod objects {
    use kopf_plugin_api::{
        events::{self, Type},
        hierarchies::{self, Options},
        prelude::*,
    };

    async fn children(client: Client, owner: Value, mut objects: Vec<Value>) -> Outcome<()> {
        hierarchies::adopt(&mut objects, &Options::new())?;
        let options =
            Options::new().of(&owner).name("child").namespace("default").labels([("app", "web")]).forced();
        let options = options.strict().nested("spec.template").not_controlled().not_blocking();
        hierarchies::append_owner_reference(&mut objects, &options)?;
        hierarchies::remove_owner_reference(&mut objects, &options)?;
        hierarchies::label(&mut objects, &options)?;
        hierarchies::harmonize_naming(&mut objects, &options)?;
        hierarchies::adjust_namespace(&mut objects, &options)?;
        let references = [
            hierarchies::build_object_reference(&owner),
            hierarchies::build_owner_reference(&owner, &options),
        ];
        let mut own = json!({ "metadata": {} });
        hierarchies::label(&mut hierarchies::typed(&mut own), &options)?;
        client.resource("v1", "pods").create(&objects[0]).await?;
        info!("{references:?}");
        Ok(())
    }

    fn tells(object: Value, error: std::num::ParseIntError) {
        events::info("Reason", "note");
        events::warn("Reason", "note");
        events::about(&object).info("Reason", "note");
        events::exception("", "", &error);
        events::post(Type::Normal, "Reason", "note");
    }

    fn credentials(pem: &str, key: &str, name: &str, password: &str) -> [Credentials; 2] {
        [
            Credentials::new("https://server")
                .token("token")
                .expires_at(kopf::time::now())
                .priority(1)
                .ca(pem),
            // A token is a Bearer.
            Credentials::new("https://server")
                .client_certificate(pem, key)
                .basic(name, password)
                .insecure()
                .namespace("default")
                .proxy("http://proxy"),
        ]
    }
}

mod lifecycles {
    use kopf_plugin_api::prelude::*;

    #[kopf::on::create("pods", lifecycle = "all", group = "slow")]
    #[kopf::on::update("pods", lifecycle = "asap")]
    #[kopf::on::resume("pods", lifecycle = "one-by-one")]
    #[kopf::on::delete("pods", lifecycle = "randomized")]
    fn first() {}

    #[kopf::on::create("pods", lifecycle = "shuffled", when = |name: Name| name.len() > 3)]
    fn second() {}
}
