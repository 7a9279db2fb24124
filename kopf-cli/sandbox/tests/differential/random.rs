//! Random sequences of writes by several managers, to objects of random schemas: after each of them both servers have the
//! same object and owners.
//!
//! A schema and the sequences for it follow from a seed. A sequence that the servers disagree about is shortened as long as
//! they do, and told with its seed and its schema. `KOPF_RANDOM_SEEDS` is how many seeds there are, `KOPF_RANDOM_SEED` the first.

mod dice;
mod schemas;
mod values;
mod writes;

use super::{LITTLE_PATIENCE, PATIENCE, answer, answer::Answer, request, sandbox};
use dice::Dice;
use futures::{StreamExt, future::join, stream};
use kopf_control_plane::client::namespace;
use kube::Client;
use schemas::{GROUP, Resource, VERSION};
use std::time::Duration;

/// What fits into the time that all tests have.
const SEEDS: u64 = 16;
const SEQUENCES: u64 = 6;
/// How many seeds are tried at once.
const AT_ONCE: usize = 4;

const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

struct Server {
    client: Client,
    namespace: String,
    patience: Duration,
}

impl Server {
    async fn new(client: Client, patience: Duration) -> Server {
        let namespace = namespace(&client).await;
        Server { client, namespace, patience }
    }

    /// Sends the rows, all to one object of that name.
    async fn run(&self, name: &str, rows: &[String]) -> Vec<Answer> {
        let mut answers: Vec<Answer> = Vec::new();
        for row in rows {
            let written = answers.iter().rev().find_map(|answer| answer.metadata("resourceVersion"));
            let row = row.replace("$name", name).replace("$last", written.unwrap_or("1"));
            let answer = request::parse(&row, &self.namespace, &[]).send(&self.client, self.patience).await;
            answers.push(answer.without(&self.namespace));
        }
        answers
    }
}

struct Servers {
    real: Server,
    sandbox: Server,
}

impl Servers {
    /// The first row that the servers disagree about, and how.
    async fn difference(&self, name: &str, rows: &[String]) -> Option<(usize, String)> {
        let (expected, found) = join(self.real.run(name, rows), self.sandbox.run(name, rows)).await;
        let first = expected.iter().zip(&found).position(|(expected, found)| expected != found)?;
        Some((first, answer::difference(&expected[first], &found[first])))
    }

    /// Defines a resource on both; `false` where both refuse it in the same words.
    async fn define(&self, resource: &Resource) -> Result<bool, String> {
        let rows = [format!("POST {DEFINITIONS} {}", resource.definition())];
        let (expected, found) = join(self.real.run("", &rows), self.sandbox.run("", &rows)).await;
        if expected != found {
            return Err(answer::difference(&expected[0], &found[0]));
        }
        if !expected[0].is("201") {
            return Ok(false);
        }
        let served = [format!("UNTIL /apis/{GROUP}/{VERSION}/namespaces/$ns/{}", resource.plural)];
        join(self.real.run("", &served), self.sandbox.run("", &served)).await;
        Ok(true)
    }

    /// Leaves rows out as long as the servers disagree about the rest.
    async fn shortest(&self, name: &str, mut rows: Vec<String>, mut how: String) -> (Vec<String>, String) {
        let mut attempt = 0;
        let mut at = 0;
        while at < rows.len() {
            let mut fewer = rows.clone();
            fewer.remove(at);
            attempt += 1;
            match self.difference(&format!("{name}-{attempt}"), &fewer).await {
                Some((first, told)) => {
                    fewer.truncate(first + 1);
                    (rows, how) = (fewer, told);
                }
                None => at += 1,
            }
        }
        (rows, how)
    }

    /// Tries all that follows from a seed: whether both have the resource, or what they disagree about.
    async fn agree(&self, seed: u64) -> Result<bool, String> {
        let mut dice = Dice::new(seed);
        let resource = Resource::new(seed, &mut dice);
        let told = |what: &str| format!("seed {seed}: {what}\n\nwith {}", resource.definition());
        match self.define(&resource).await {
            Ok(true) => {}
            Ok(false) => return Ok(false),
            Err(how) => return Err(told(&format!("the servers disagree about the definition\n\n{how}"))),
        }
        for sequence in 0..SEQUENCES {
            let mut rows = writes::sequence(&mut dice, &resource);
            let name = format!("s{sequence}");
            if let Some((at, how)) = self.difference(&name, &rows).await {
                rows.truncate(at + 1);
                let (rows, how) = self.shortest(&name, rows, how).await;
                return Err(told(&format!("the servers disagree after\n{}\n\n{how}", rows.join("\n"))));
            }
        }
        Ok(true)
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[tokio::test]
async fn owners_who_write_at_random_own_the_same() {
    let Some(real) = kopf_control_plane::get().await else { return };
    let real = Server::new(kopf_control_plane::connect(&real.kubeconfig).await, PATIENCE).await;
    let (sandbox, _serving) = sandbox().await;
    let servers = Servers { real, sandbox: Server::new(sandbox, LITTLE_PATIENCE).await };
    let first = number("KOPF_RANDOM_SEED").unwrap_or(1);
    let many = number("KOPF_RANDOM_SEEDS").unwrap_or(SEEDS);
    let results = stream::iter(first..first + many).map(|seed| {
        let servers = &servers;
        async move {
            let result = servers.agree(seed).await;
            // A few may stay: the garbage collector stands still whenever a definition has gone.
            if many > SEEDS {
                let definition = [format!("DELETE {DEFINITIONS}/{}", schemas::definition_name(seed))];
                join(servers.real.run("", &definition), servers.sandbox.run("", &definition)).await;
            }
            result
        }
    });
    let results: Vec<Result<bool, String>> = results.buffered(AT_ONCE).collect().await;
    let disagreements: Vec<&str> =
        results.iter().filter_map(|result| result.as_ref().err()).map(String::as_str).collect();
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n\n"));
    let refused = results.iter().filter(|result| **result == Ok(false)).count();
    assert!(2 * refused < results.len(), "both refuse {refused} of {many} definitions: too little is tried");
}
