//! How an operator is told to stop.

use tokio::sync::watch;

/// Tells an operator to stop. Dropping it tells the same.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

/// Hears it.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

/// A stopper, and what hears it.
pub fn channel() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(false);
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    /// Tells the operator to stop: to take nothing new, to let handlers finish, and to write what they brought.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// Ends once the operator is to stop.
    pub async fn told(&mut self) {
        // An error is a stopper that is gone, which means the same.
        let _ = self.0.wait_for(|stopped| *stopped).await;
    }
}
