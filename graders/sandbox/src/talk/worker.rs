//! A worker: the fork server behind its control socket, and the children that it makes.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wire::Device;

use super::child::{Child, Unready};
use super::exchange::Exchange;
use super::server::{Origin, Refusal, Shared, StartError, TalkError, peak_memory_kib};
use super::settings::Settings;
use crate::confine::SandboxStatus;

/// A running worker. It ends when this and all its children are dropped.
#[derive(Debug, Clone)]
pub struct Worker {
    shared: Arc<Shared>,
    /// A child that is ready and has been asked nothing: the first one.
    spare: Arc<Mutex<Option<Child>>>,
    /// Which of the variants in the program its children are.
    variant: Option<u32>,
}

impl Worker {
    /// Starts a program and waits until it is ready.
    pub fn start(program: &Path, settings: Settings) -> Result<Self, StartError> {
        let worker = Self {
            shared: Arc::new(Shared::start(program, settings)?),
            spare: Arc::default(),
            variant: None,
        };
        let first = worker.first_child()?;
        *worker.spare() = Some(first);
        Ok(worker)
    }

    /// Finds out before the first call whether a child can be confined, and whether there is a GPU to compute on.
    fn first_child(&self) -> Result<Child, StartError> {
        self.child().map_err(|error| match error {
            TalkError::Cuda(trouble) => StartError::Cuda(trouble),
            TalkError::Unconfined(reason) => StartError::Unconfined(reason),
            error => StartError::NoChild(error.to_string()),
        })
    }

    /// The same server, whose children are this variant of the many in its program.
    #[must_use]
    pub fn variant(&self, variant: Option<u32>) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            spare: Arc::default(),
            variant,
        }
    }

    /// Starts a child that knows nothing of earlier calls.
    pub fn child(&self) -> Result<Child, TalkError> {
        if let Some(child) = self.spare().take() {
            return Ok(child);
        }
        loop {
            // Other children may be started while this one gets ready.
            match self.fork()?.ready() {
                Ok(child) => {
                    return match &self.shared.settings.cuda {
                        None => Ok(child),
                        Some(library) => child.with_cuda(library),
                    };
                }
                Err(Unready::Confined(reason)) => return Err(TalkError::Unconfined(reason)),
                Err(Unready::Silent { reason, generation }) => {
                    let mut server = self.shared.server();
                    if server.generation == generation {
                        self.shared.restart(&mut server, reason)?;
                    }
                }
            }
        }
    }

    /// Has the server fork, restarted where a submission has brought it down.
    fn fork(&self) -> Result<Child, TalkError> {
        let shared = &self.shared;
        let mut server = shared.server();
        loop {
            match server.start_child(self.variant) {
                Ok((stream, pidfd, pid)) => {
                    let exchange = Exchange::new(stream, pidfd, shared.settings.limits.answer_bytes)?;
                    let origin = Origin {
                        generation: server.generation,
                        stderr: server.running.stderr(),
                    };
                    return Ok(Child::new(Arc::clone(shared), exchange, pid, origin));
                }
                Err(Refusal::Failed(reason)) => return Err(TalkError::CannotFork(reason)),
                Err(Refusal::Broken(reason)) => shared.restart(&mut server, reason)?,
            }
        }
    }

    fn spare(&self) -> MutexGuard<'_, Option<Child>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where its calls compute.
    pub fn device(&self) -> Device {
        match self.shared.settings.cuda {
            None => Device::Cpu,
            Some(_) => Device::Cuda,
        }
    }

    /// CPU seconds that a call has, where it has no limit of its own.
    pub fn cpu_seconds(&self) -> f64 {
        self.shared.limits().cpu_seconds
    }

    /// The tasks that the program has adapters for.
    pub fn tasks(&self) -> Vec<String> {
        self.shared.server().tasks.clone()
    }

    /// What holds the program back.
    pub fn sandbox_status(&self) -> Option<SandboxStatus> {
        self.shared.server().running.sandbox_status().cloned()
    }

    /// The largest memory that the server has used, in KiB.
    pub fn peak_memory_kib(&self) -> Option<u64> {
        peak_memory_kib(self.shared.server().running.pid())
    }
}
