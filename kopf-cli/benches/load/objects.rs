//! The objects under load: those of the examples, in a namespace of their own.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use hyper::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    client::{Client, Connection},
    crowd,
};

/// Where the objects are. The operator serves this namespace only, so that nobody else's objects are touched.
pub(crate) const NAMESPACE: &str = "kopf-load";

/// The objects' path.
pub(crate) const COLLECTION: &str = "/apis/zalando.org/v1/namespaces/kopf-load/kopfexamples";

/// How an API server's own metrics call the resource.
pub(crate) const PLURAL: &str = "kopfexamples";

/// How long a new definition may take to be served.
const SERVED_WITHIN: Duration = Duration::from_secs(30);

/// The pause between two looks at whether it is.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// An object of a list.
#[derive(Debug, Deserialize)]
pub(crate) struct Listed {
    pub(crate) metadata: Named,
}

/// The part of an object's metadata that a write needs.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) resource_version: String,
}

/// The path of one object.
pub(crate) fn path(name: &str) -> String {
    format!("{COLLECTION}/{name}")
}

/// How objects are when they are created.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Kind {
    /// How many bytes they have, unless it takes more.
    pub(crate) size: usize,
    /// Whether they are labelled to have a daemon and a timer.
    pub(crate) background: bool,
}

/// The manifest of an object.
pub(crate) fn manifest(name: &str, Kind { size, background }: Kind) -> Vec<u8> {
    let mut manifest = json!({
        "apiVersion": "zalando.org/v1",
        "kind": "KopfExample",
        "metadata": { "name": name },
        "spec": { "duration": "1m", "field": "value", "items": ["item1", "item2"] },
    });
    if background {
        manifest["metadata"]["labels"] = json!({ "background": "yes" });
    }
    let bare = manifest.to_string();
    if let Some(missing) = size.checked_sub(bare.len() + r#","padding":"""#.len()) {
        manifest["spec"]["padding"] = "x".repeat(missing).into();
        return manifest.to_string().into();
    }
    bare.into()
}

/// Makes the server ready: the definition served, the namespace there and empty.
pub(crate) async fn prepare(client: &Client, definition: &Path) -> Result<()> {
    let mut connection = client.connect().await?;
    let text =
        fs::read_to_string(definition).with_context(|| format!("cannot read {}", definition.display()))?;
    let definition: Value = serde_saphyr::from_str(&text)?;
    let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    create_unless_there(&mut connection, definitions, &definition).await?;
    let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": NAMESPACE } });
    create_unless_there(&mut connection, "/api/v1/namespaces", &namespace).await?;
    let served = async {
        while connection.send(Method::GET, COLLECTION, Default::default()).await?.status != StatusCode::OK {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(SERVED_WITHIN, served).await.context("the server does not serve kopfexamples")??;
    delete_all(client).await?;
    Ok(())
}

async fn create_unless_there(connection: &mut Connection<'_>, path: &str, object: &Value) -> Result<()> {
    let answer = connection.send(Method::POST, path, object.to_string().into()).await?;
    ensure!(
        answer.status.is_success() || answer.status == StatusCode::CONFLICT,
        "POST {path}: {}: {}",
        answer.status,
        String::from_utf8_lossy(&answer.body)
    );
    Ok(())
}

/// Creates so many objects of a kind.
pub(crate) async fn create(client: &Client, count: u32, kind: Kind) -> Result<()> {
    crowd::each(client, names(count), async |connection, name| {
        connection.post(COLLECTION, manifest(&name, kind)).await?;
        Ok(())
    })
    .await
}

/// The names of so many objects.
pub(crate) fn names(count: u32) -> Vec<String> {
    (0..count).map(|number| format!("load-{number:06}")).collect()
}

/// All objects, as they are now.
pub(crate) async fn list(connection: &mut Connection<'_>) -> Result<Vec<Listed>> {
    #[derive(Deserialize)]
    struct List {
        items: Vec<Listed>,
    }
    Ok(serde_json::from_slice::<List>(&connection.get(COLLECTION).await?)?.items)
}

/// Deletes all objects, and says how many there were.
pub(crate) async fn delete_all(client: &Client) -> Result<u32> {
    let listed = list(&mut client.connect().await?).await?;
    let count = u32::try_from(listed.len())?;
    crowd::each(client, listed, async |connection, object| {
        connection.delete(&path(&object.metadata.name)).await?;
        Ok(())
    })
    .await?;
    Ok(count)
}
