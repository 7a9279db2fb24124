//! Keeps a sandbox's objects in a file.

use std::{
    fs::{self, Metadata, OpenOptions, Permissions},
    io::{self, BufWriter, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use kopf_sandbox::Sandbox;

use super::replace;

/// Why the objects cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is there, and cannot be read.
    #[error("cannot read the state in {}: {source}", path.display())]
    Unread {
        /// The file.
        path: PathBuf,
        /// What was in the way.
        source: io::Error,
    },
    /// What is there is a folder, a pipe or a device.
    #[error("the state cannot be kept in {}, which is no regular file: name one, or one that is not there yet", .0.display())]
    NoFile(PathBuf),
    /// The file cannot be written.
    #[error("cannot keep the objects in {}: {source}", path.display())]
    Unwritten {
        /// The file.
        path: PathBuf,
        /// What was in the way.
        source: io::Error,
    },
    /// Somebody else has written the file.
    #[error(
        "somebody else has written or removed {} meanwhile, and it is left so; the objects are in {}",
        path.display(), instead.display()
    )]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Where the objects are now.
        instead: PathBuf,
    },
}

/// A file of objects, and what of it is known.
#[derive(Debug)]
pub struct Keeper {
    path: PathBuf,
    /// What tells it from what others write in its place; `None` where nothing is.
    known: Option<Mark>,
    /// The resourceVersion up to which everything is kept.
    kept: Option<u64>,
}

#[derive(Debug, PartialEq, Eq)]
struct Mark {
    inode: u64,
    length: u64,
    modified: (i64, i64),
}

impl Keeper {
    /// A keeper of a file, and what it holds, if it is there.
    ///
    /// # Errors
    ///
    /// When it is there and cannot be read.
    pub fn open(path: PathBuf) -> Result<(Keeper, Option<Vec<u8>>), Error> {
        // What a link leads to is replaced, not the link.
        let path = fs::canonicalize(&path).unwrap_or(path);
        let unread = |source| Error::Unread { path: path.clone(), source };
        // What has no end is not read, and what is no file is not replaced.
        if fs::metadata(&path).is_ok_and(|found| !found.is_file()) {
            return Err(Error::NoFile(path));
        }
        let text = match fs::read(&path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(unread(error)),
        };
        let known = mark(&path).map_err(unread)?;
        Ok((Keeper { path, known, kept: None }, text))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the objects, whole and in one step, if one has changed since the last time. `ended` says that nothing
    /// happens after this.
    ///
    /// # Errors
    ///
    /// When they cannot be written; what was written before is still there then.
    pub fn keep(&mut self, sandbox: &Sandbox, ended: bool) -> Result<(), Error> {
        let snapshot = sandbox.snapshot();
        if self.kept == Some(snapshot.revision()) && !ended {
            return Ok(());
        }
        let write = |draft: &Path| {
            let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(draft)?;
            // A file that was there before keeps its mode when it is opened; the key of tokens is in it.
            file.set_permissions(Permissions::from_mode(0o600))?;
            let mut file = BufWriter::new(file);
            snapshot.write(&mut file, ended)?;
            file.flush()?;
            // Without this the name could outlive a crash of the machine, and the text not.
            file.get_ref().sync_all()
        };
        let unwritten = |source| Error::Unwritten { path: self.path.clone(), source };
        if mark(&self.path).map_err(unwritten)? != self.known {
            let instead = self.path.with_added_extension(std::process::id().to_string());
            write(&instead).map_err(unwritten)?;
            return Err(Error::Foreign { path: self.path.clone(), instead });
        }
        replace(&self.path, write).map_err(unwritten)?;
        self.known = mark(&self.path).map_err(unwritten)?;
        self.kept = Some(snapshot.revision());
        Ok(())
    }
}

fn mark(path: &Path) -> io::Result<Option<Mark>> {
    let of = |found: Metadata| Mark {
        inode: found.ino(),
        length: found.len(),
        modified: (found.mtime(), found.mtime_nsec()),
    };
    match fs::metadata(path) {
        Ok(found) => Ok(Some(of(found))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use serde_json::json;

    use super::*;

    fn config_map(name: &str) -> serde_json::Value {
        json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": name } })
    }

    fn reopened(path: &Path) -> Sandbox {
        let (_, text) = Keeper::open(path.to_owned()).unwrap();
        Sandbox::builder().state(text.expect("there is a file")).build().unwrap()
    }

    #[test]
    fn what_is_kept_is_there_again_and_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let (mut keeper, text) = Keeper::open(path.clone()).unwrap();
        assert_eq!(text, None);
        let sandbox = Sandbox::builder().build().unwrap();
        sandbox.apply(config_map("a")).unwrap();
        keeper.keep(&sandbox, false).unwrap();
        assert!(reopened(&path).get("configmaps", "default", "a").is_some());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no draft stays behind");
    }

    #[test]
    fn nothing_is_written_when_nothing_has_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let (mut keeper, _) = Keeper::open(path.clone()).unwrap();
        let sandbox = Sandbox::builder().build().unwrap();
        keeper.keep(&sandbox, false).unwrap();
        let before = mark(&path).unwrap();
        keeper.keep(&sandbox, false).unwrap();
        assert_eq!(mark(&path).unwrap(), before);
        sandbox.apply(config_map("a")).unwrap();
        keeper.keep(&sandbox, false).unwrap();
        assert_ne!(mark(&path).unwrap(), before);
    }

    #[test]
    fn what_others_write_meanwhile_is_left_and_nothing_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let (mut keeper, _) = Keeper::open(path.clone()).unwrap();
        let sandbox = Sandbox::builder().build().unwrap();
        keeper.keep(&sandbox, false).unwrap();
        fs::write(&path, "mine").unwrap();
        sandbox.apply(config_map("a")).unwrap();
        let error = keeper.keep(&sandbox, true).unwrap_err().to_string();
        assert!(error.contains("somebody else has written"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        let instead = path.with_added_extension(std::process::id().to_string());
        assert!(reopened(&instead).get("configmaps", "default", "a").is_some());
    }

    #[test]
    fn a_link_stays_one() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        let sandbox = Sandbox::builder().build().unwrap();
        Keeper::open(real.clone()).unwrap().0.keep(&sandbox, true).unwrap();
        symlink(&real, &link).unwrap();
        sandbox.apply(config_map("a")).unwrap();
        Keeper::open(link.clone()).unwrap().0.keep(&sandbox, true).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(reopened(&real).get("configmaps", "default", "a").is_some());
    }
}
