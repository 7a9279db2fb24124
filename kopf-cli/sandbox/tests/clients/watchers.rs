//! The watchers of kube-rs: in every way of theirs to list and to watch, and through what goes wrong, they tell the same of the
//! sandbox as of a real server.

use std::fmt::Debug;

use futures::{Stream, StreamExt, stream::BoxStream};
use kopf_control_plane::{
    DEADLINE,
    client::{Resource, namespace},
};
use kopf_sandbox::{Effect, Entry, Fault, Faults};
use kube::{
    Api, Client,
    api::{ApiResource, DynamicObject, ListParams, PartialObjectMeta},
    config::Kubeconfig,
    core::DynamicResourceScope,
    runtime::watcher::{self, Config, Event, watcher},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;

use super::{both, mask, trouble::Trouble};

const THINGS: Resource =
    Resource { group: "watched.clients.kopf.test", kind: "Thing", plural: "things", has_status: true };

/// What can be watched of things: all of them, or their metadata.
trait Watched:
    kube::Resource<DynamicType = ApiResource, Scope = DynamicResourceScope>
    + Clone
    + Debug
    + Serialize
    + DeserializeOwned
    + Send
    + 'static
{
}

impl Watched for DynamicObject {}
impl Watched for PartialObjectMeta {}

/// What a watcher has told, as rows.
struct Told {
    rows: Vec<String>,
    events: BoxStream<'static, String>,
}

impl Told {
    /// By the watcher of these events.
    fn by<K: Watched>(events: impl Stream<Item = watcher::Result<Event<K>>> + Send + 'static) -> Told {
        Told { rows: Vec::new(), events: events.map(|event| row(&event)).boxed() }
    }

    /// Listens until it tells of this.
    async fn until(&mut self, last: &str) {
        let told = async {
            while let Some(row) = self.events.next().await {
                self.rows.push(row);
                if self.rows.last().is_some_and(|row| row.starts_with(last)) {
                    return;
                }
            }
        };
        let told = tokio::time::timeout(DEADLINE, told).await;
        assert!(told.is_ok(), "waited in vain for {last}: {:#?}", self.rows);
    }
}

/// An event without what differs between any two runs.
fn row<K: Watched>(event: &watcher::Result<Event<K>>) -> String {
    let (what, object) = match event {
        Ok(Event::Init) => return "begun".to_owned(),
        Ok(Event::InitDone) => return "all listed".to_owned(),
        Ok(Event::InitApply(object)) => ("listed", object),
        Ok(Event::Apply(object)) => ("applied", object),
        Ok(Event::Delete(object)) => ("deleted", object),
        Err(watcher::Error::WatchError(status)) => return format!("{} {}", status.code, status.reason),
        Err(watcher::Error::WatchFailed(_)) => return "cut".to_owned(),
        Err(other) => return format!("{other:?}"),
    };
    let meta = object.meta();
    let object = serde_json::to_value(object).unwrap();
    let labels = serde_json::to_string(&meta.labels).unwrap();
    let going = if meta.deletion_timestamp.is_some() { " going" } else { "" };
    let name = meta.name.as_deref().unwrap_or_default();
    format!("{what} {name} {} {} {labels}{going}", object["kind"], object["spec"]["n"])
}

/// How a watcher is cut off, and how it falls behind.
enum Means {
    OnTheWay(Trouble),
    ByTheServer(Faults),
}

impl Means {
    fn cut(&self) {
        match self {
            Means::OnTheWay(trouble) => trouble.cut(),
            Means::ByTheServer(faults) => faults.cut_watches(),
        }
    }

    fn fall_behind(&self) {
        match self {
            Means::OnTheWay(trouble) => trouble.fall_behind(),
            Means::ByTheServer(faults) => {
                faults.add(Fault::new(Effect::ExpiredWatch).when(Entry::is_watch));
                faults.cut_watches();
            }
        }
    }
}

/// Waits until a server has so many objects in its cache: it streams those that are there, which may be fewer than there are.
async fn until_cached(api: &Api<DynamicObject>, count: usize) {
    let any = ListParams::default().match_any();
    let cached = async {
        while api.list(&any).await.unwrap().items.len() < count {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(DEADLINE, cached).await.expect("what was made is in the cache");
}

/// All that a watcher tells while things come, change and go, before its eyes and behind its back.
async fn tell<K: Watched>(client: Client, means: Means, config: Config) -> Vec<String> {
    let namespace = namespace(&client).await;
    THINGS.register(&client).await;
    let things = THINGS.objects(&client, &namespace);
    let thing = |n: i64| json!({ "metadata": { "labels": { "app": "demo" } }, "spec": { "n": n } });
    let trouble = match &means {
        Means::OnTheWay(trouble) => trouble.on_the_way_of(client.clone()),
        Means::ByTheServer(_) => client.clone(),
    };
    for name in ["c", "a", "b"] {
        things.create(name, thing(1)).await;
    }
    until_cached(&Api::namespaced_with(client, &namespace, things.resource()), 3).await;
    let api = Api::<K>::namespaced_with(trouble, &namespace, things.resource());
    let mut told = Told::by(watcher(api, config));
    told.until("all listed").await;
    // A watcher watches when it is asked for what comes next.
    things.create("d", thing(1)).await;
    told.until("applied d").await;
    things.patch("a", json!({ "spec": { "n": 2 } })).await;
    things.patch("b", json!({ "metadata": { "labels": { "app": "other" } } })).await;
    things.patch("c", json!({ "metadata": { "finalizers": ["kopf.test/held"] } })).await;
    things.delete("c").await;
    things.patch("c", json!({ "metadata": { "finalizers": null } })).await;
    told.until("deleted c").await;

    means.cut();
    things.patch("a", json!({ "spec": { "n": 3 } })).await;
    things.delete("d").await;
    things.create("e", thing(1)).await;
    told.until("applied e").await;

    means.fall_behind();
    things.delete("a").await;
    things.create("f", thing(1)).await;
    told.until("all listed").await;
    things.delete("e").await;
    told.until("deleted e").await;
    told.rows
}

/// Has a watcher tell of both servers, with trouble on the way, and of a sandbox that makes the trouble by itself.
async fn check<K: Watched>(config: Config) {
    let run = async |kubeconfig: Kubeconfig| {
        let client = kopf_control_plane::connect(&kubeconfig).await;
        tell::<K>(client, Means::OnTheWay(Trouble::default()), config.clone()).await
    };
    let Some((expected, found)) = both(run).await else { return };
    assert!(found == expected, "the sandbox differs:\n{}", mask::difference(&expected, &found));
    let sandbox = kopf_sandbox::Sandbox::builder().build().unwrap();
    let client = Client::new(sandbox.service(), "default");
    let found = tell::<K>(client, Means::ByTheServer(sandbox.faults().clone()), config).await;
    assert!(found == expected, "the sandbox's faults differ:\n{}", mask::difference(&expected, &found));
}

#[tokio::test]
async fn watchers_list_and_watch() {
    check::<DynamicObject>(Config::default()).await;
}

#[tokio::test]
async fn watchers_list_piece_by_piece() {
    check::<DynamicObject>(Config::default().page_size(2)).await;
}

#[tokio::test]
async fn watchers_list_what_is_cached() {
    check::<DynamicObject>(Config::default().any_semantic()).await;
}

#[tokio::test]
async fn watchers_list_by_watching() {
    check::<DynamicObject>(Config::default().streaming_lists()).await;
}

#[tokio::test]
async fn watchers_choose_by_labels() {
    check::<DynamicObject>(Config::default().labels("app=demo")).await;
    check::<DynamicObject>(Config::default().streaming_lists().labels("app=demo")).await;
}

#[tokio::test]
async fn watchers_look_at_metadata_alone() {
    check::<PartialObjectMeta>(Config::default()).await;
    check::<PartialObjectMeta>(Config::default().streaming_lists()).await;
}
