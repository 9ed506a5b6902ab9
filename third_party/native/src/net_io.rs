//! The two ends of a lane: a bounded queue that a task writes to a stream, and a task that reads a stream as long as
//! what it handed over is handled.

use crate::net::{Callbacks, Text};
use crate::net_frames::Frames;
use core::ffi::c_void;
use core::future::poll_fn;
use core::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed, Ordering::SeqCst};
use core::task::{Context, Poll};
use futures::task::AtomicWaker;
use futures::{AsyncReadExt, AsyncWriteExt};
use libp2p::Stream;
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One write to a stream: small messages are joined up to this, longer ones are written from where they are.
const BATCH: usize = 64 * 1024;
const JOINED_MAX: usize = 16 * 1024;
const READ: usize = 32 * 1024;
const READS_IN_A_ROW: u32 = 16;

pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Clone, Copy)]
pub struct LaneLimits {
    pub message_bytes_max: usize,
    pub queue_messages_max: usize,
    pub queue_bytes_max: usize,
    pub unhandled_bytes_max: usize,
}

/// A message of the caller's, who hears when it is let go.
pub struct Message {
    pub data: *const u8,
    pub len: usize,
    pub owner: *mut c_void,
    pub release: unsafe extern "C" fn(*mut c_void),
}

// native.h: the bytes live until release, which any thread may call.
unsafe impl Send for Message {}

impl Message {
    fn bytes(&self) -> &[u8] {
        unsafe { crate::bytes(self.data, self.len) }
    }
}

impl Drop for Message {
    fn drop(&mut self) {
        unsafe { (self.release)(self.owner) }
    }
}

#[derive(Default)]
pub struct Counts {
    pub messages_in: AtomicU64,
    pub bytes_in: AtomicU64,
    pub messages_out: AtomicU64,
    pub bytes_out: AtomicU64,
    pub dropped: AtomicU64,
}

#[derive(Default)]
struct Queue {
    messages: VecDeque<Message>,
    bytes: usize,
    closed: bool,
}

pub struct Lane {
    limits: LaneLimits,
    pub counts: Counts,
    queue: Mutex<Queue>,
    writer: AtomicWaker,
    unhandled: AtomicUsize,
    reader: AtomicWaker,
}

impl Lane {
    pub fn new(limits: LaneLimits) -> Self {
        Self {
            limits,
            counts: Counts::default(),
            queue: Mutex::default(),
            writer: AtomicWaker::new(),
            unhandled: AtomicUsize::new(0),
            reader: AtomicWaker::new(),
        }
    }

    /// Gives the message back where it is dropped. It leaves when `bell` is rung.
    pub fn push(self: &Arc<Self>, message: Message, bell: &Bell) -> Result<(), Message> {
        if message.len == 0 || message.len > self.limits.message_bytes_max {
            return Err(message);
        }
        let was_empty = {
            let mut queue = lock(&self.queue);
            if queue.closed {
                return Err(message);
            }
            if queue.messages.len() >= self.limits.queue_messages_max
                || queue.bytes + message.len > self.limits.queue_bytes_max
            {
                self.counts.dropped.fetch_add(1, Relaxed);
                return Err(message);
            }
            queue.bytes += message.len;
            queue.messages.push_back(message);
            queue.messages.len() == 1
        };
        if was_empty {
            lock(&bell.lanes).push(self.clone());
        }
        Ok(())
    }

    /// Nothing is taken from here on, and what waits is let go.
    pub fn close(&self) {
        let dropped = {
            let mut queue = lock(&self.queue);
            queue.closed = true;
            queue.bytes = 0;
            core::mem::take(&mut queue.messages)
        };
        drop(dropped);
    }

    fn take(&self, into: &mut Vec<Message>) -> bool {
        let mut queue = lock(&self.queue);
        let mut bytes = 0;
        while bytes < BATCH {
            let Some(message) = queue.messages.pop_front() else { break };
            bytes += message.len;
            into.push(message);
        }
        queue.bytes -= bytes.min(queue.bytes);
        !into.is_empty()
    }

    fn poll_take(&self, cx: &Context<'_>, into: &mut Vec<Message>) -> Poll<()> {
        if self.take(into) {
            return Poll::Ready(());
        }
        self.writer.register(cx.waker());
        if self.take(into) { Poll::Ready(()) } else { Poll::Pending }
    }

    fn poll_room(&self, cx: &Context<'_>) -> Poll<()> {
        let has_room = || self.unhandled.load(SeqCst) < self.limits.unhandled_bytes_max;
        if has_room() {
            return Poll::Ready(());
        }
        self.reader.register(cx.waker());
        if has_room() { Poll::Ready(()) } else { Poll::Pending }
    }

    pub fn handled(&self, len: usize) {
        let before = self.unhandled.fetch_sub(len, SeqCst);
        let max = self.limits.unhandled_bytes_max;
        if before >= max && before - len < max {
            self.reader.wake();
        }
    }

    /// Writes what is queued until the stream fails.
    pub async fn write(self: Arc<Self>, mut stream: Stream) -> io::Error {
        let mut messages = Vec::new();
        let mut buffer = Vec::with_capacity(BATCH);
        loop {
            poll_fn(|cx| self.poll_take(cx, &mut messages)).await;
            if let Err(error) = self.write_batch(&mut stream, &mut messages, &mut buffer).await {
                return error;
            }
        }
    }

    async fn write_batch(&self, stream: &mut Stream, messages: &mut Vec<Message>, buffer: &mut Vec<u8>) -> io::Result<()> {
        for message in messages.drain(..) {
            buffer.extend_from_slice(&(message.len as u32).to_le_bytes());
            if message.len <= JOINED_MAX {
                buffer.extend_from_slice(message.bytes());
            } else {
                stream.write_all(buffer).await?;
                buffer.clear();
                stream.write_all(message.bytes()).await?;
            }
            self.counts.messages_out.fetch_add(1, Relaxed);
            self.counts.bytes_out.fetch_add(message.len as u64, Relaxed);
        }
        stream.write_all(buffer).await?;
        buffer.clear();
        stream.flush().await
    }

    /// Hands over what comes, until the stream ends.
    pub async fn read(self: Arc<Self>, mut stream: Stream, to: Callbacks, peer: u64, lane: u32) -> ReadEnd {
        let mut frames = Frames::new(self.limits.message_bytes_max);
        let mut buffer = vec![0; READ];
        let mut reads = 0;
        loop {
            poll_fn(|cx| self.poll_room(cx)).await;
            let len = match stream.read(&mut buffer).await {
                Ok(0) => return ReadEnd::Closed,
                Ok(len) => len,
                Err(_) => return ReadEnd::Closed,
            };
            let fed = frames.feed(&buffer[..len], |message| {
                self.counts.messages_in.fetch_add(1, Relaxed);
                self.counts.bytes_in.fetch_add(message.len() as u64, Relaxed);
                self.unhandled.fetch_add(message.len(), SeqCst);
                let credit = Arc::into_raw(self.clone()) as *mut c_void;
                unsafe { (to.received)(to.context, peer, lane, message.as_ptr(), message.len(), credit) };
            });
            if fed.is_err() {
                return ReadEnd::Malformed;
            }
            reads += 1;
            if reads % READS_IN_A_ROW == 0 {
                tokio::task::yield_now().await;
            }
        }
    }
}

/// Lanes whose empty queues got something. The network's thread is woken once for all of them, since a system call
/// wakes it, and wakes their writers itself.
#[derive(Default)]
pub struct Bell {
    lanes: Mutex<Vec<Arc<Lane>>>,
    answerer: AtomicWaker,
}

impl Bell {
    pub fn ring(&self) {
        if !lock(&self.lanes).is_empty() {
            self.answerer.wake();
        }
    }

    /// On the network's thread, for ever.
    pub async fn answer(&self) {
        let mut lanes = Vec::new();
        poll_fn(|cx| {
            self.answerer.register(cx.waker());
            core::mem::swap(&mut lanes, &mut lock(&self.lanes));
            for lane in lanes.drain(..) {
                lane.writer.wake();
            }
            Poll::Pending
        })
        .await
    }
}

pub enum ReadEnd {
    Closed,
    Malformed,
}

pub fn text(from: &str) -> Text {
    Text { data: from.as_ptr(), len: from.len() }
}

