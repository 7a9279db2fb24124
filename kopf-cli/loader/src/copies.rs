//! Private copies of plugin files: what is mapped into memory is never the author's own file.
//!
//! A file that is truncated or rewritten while it is mapped ends the process, and a path that was opened before is
//! answered with the library that was there then. The copies stay while plugins run, for backtraces are read from them.

use std::{
    fs::{self, DirBuilder, File},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use crate::error::Problem;

/// The name of the file that a living process holds locked in its directory.
const LOCK: &str = "lock";

/// A directory of this process alone, which goes with the value.
pub(crate) struct Copies {
    directory: PathBuf,
    /// Says that the directory is in use, to processes in other containers too.
    _lock: File,
    made: AtomicU32,
}

impl Copies {
    /// Makes a directory in the first of the places that takes it, and removes those that dead processes left there.
    pub(crate) fn new(places: &[PathBuf]) -> Result<Copies, Problem> {
        let mut failed =
            Problem::NoCopy { directory: PathBuf::new(), source: io::ErrorKind::NotFound.into() };
        for place in places {
            sweep(place);
            match claim(place) {
                Ok((directory, lock)) => {
                    return Ok(Copies { directory, _lock: lock, made: AtomicU32::new(0) });
                }
                Err(source) => failed = Problem::NoCopy { directory: place.clone(), source },
            }
        }
        Err(failed)
    }

    /// Where copies are made: the user's run-time directory, else the one for temporary files.
    pub(crate) fn places() -> Vec<PathBuf> {
        let runtime =
            std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_absolute());
        runtime.into_iter().chain([std::env::temp_dir()]).collect()
    }

    /// Writes the bytes into a file of its own, called after the plugin's file.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, Problem> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let path = self.directory.join(format!("{name}-{number}.so"));
        let written = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        written
            .and_then(|mut file| file.write_all(bytes))
            .map_err(|source| Problem::NoCopy { directory: self.directory.clone(), source })?;
        Ok(path)
    }
}

impl Drop for Copies {
    fn drop(&mut self) {
        // What cannot be removed now is swept by a later process.
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// Makes a directory that was not there, so that nobody else's is ever written to, and locks it.
fn claim(place: &Path) -> io::Result<(PathBuf, File)> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let directory = place.join(format!("kopf-{}-{number}", std::process::id()));
        match DirBuilder::new().mode(0o700).create(&directory) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(()) => {
                // It gets its name when it is locked, or another process might find it unlocked in between.
                let unnamed = directory.join("new");
                let lock = File::create_new(&unnamed)?;
                // Where files cannot be locked, the directory is merely never taken for a dead one.
                let _ = lock.try_lock();
                fs::rename(unnamed, directory.join(LOCK))?;
                return Ok((directory, lock));
            }
        }
    }
}

/// Removes directories whose process is dead: their lock can be taken.
fn sweep(place: &Path) {
    let Ok(entries) = fs::read_dir(place) else { return };
    for entry in entries.flatten() {
        let ours = entry.file_name().to_str().is_some_and(|name| name.starts_with("kopf-"));
        let lock = if ours { File::open(entry.path().join(LOCK)) } else { continue };
        let dead = lock.is_ok_and(|lock| lock.try_lock().is_ok());
        if dead {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(place: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(place)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn copies_of_one_file_are_files_of_their_own_and_go_with_the_value() {
        let place = tempfile::tempdir().unwrap();
        let copies = Copies::new(&[place.path().join("missing"), place.path().to_owned()]).unwrap();
        let first = copies.write("libx", b"1").unwrap();
        let second = copies.write("libx", b"2").unwrap();
        assert_eq!((fs::read(&first).unwrap(), fs::read(&second).unwrap()), (b"1".to_vec(), b"2".to_vec()));
        drop(copies);
        assert_eq!(names(place.path()), Vec::<String>::new());
    }

    #[test]
    fn what_dead_processes_left_is_removed_and_what_others_use_is_not() {
        let place = tempfile::tempdir().unwrap();
        for left in ["kopf-1-0", "kopf-2-0", "other"] {
            fs::create_dir(place.path().join(left)).unwrap();
        }
        fs::write(place.path().join("kopf-1-0/lock"), "").unwrap();
        fs::write(place.path().join("kopf-1-0/libx-0.so"), "").unwrap();
        let living = Copies::new(&[place.path().to_owned()]).unwrap();
        drop(Copies::new(&[place.path().to_owned()]).unwrap());
        let living = living.directory.file_name().unwrap().to_str().unwrap().to_owned();
        let mut expected = vec!["kopf-2-0".to_owned(), living, "other".to_owned()];
        expected.sort();
        assert_eq!(names(place.path()), expected);
    }

    #[test]
    fn directories_that_are_made_at_the_same_time_leave_each_other_alone() {
        let place = tempfile::tempdir().unwrap();
        let places = [place.path().to_owned()];
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    (0..50).for_each(|_| drop(Copies::new(&places).unwrap().write("libx", b"1").unwrap()))
                });
            }
        });
        assert_eq!(names(place.path()), Vec::<String>::new());
    }

    #[test]
    fn without_a_place_the_last_one_is_named() {
        let error = Copies::new(&["/missing-a".into(), "/missing-b".into()]).err().unwrap().to_string();
        assert!(error.starts_with("it cannot be copied into /missing-b: No such file"), "{error}");
    }
}
