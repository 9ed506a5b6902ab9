//! Frames of a lane: a length of four little-endian bytes, from 1 to the lane's bound, then the message.

pub const HEADER: usize = 4;

#[derive(Debug, PartialEq, Eq)]
pub struct Malformed;

/// Cuts a stream of bytes into messages. Never holds more than it was fed, nor more than one message.
pub struct Frames {
    message_bytes_max: usize,
    partial: Vec<u8>,
}

/// Kept between messages; what a larger one took is given back.
const KEPT: usize = 64 * 1024;

impl Frames {
    pub fn new(message_bytes_max: usize) -> Self {
        Self { message_bytes_max, partial: Vec::new() }
    }

    fn message_len(&self, bytes: &[u8]) -> Result<Option<usize>, Malformed> {
        let Some(header) = bytes.first_chunk::<HEADER>() else { return Ok(None) };
        let len = u32::from_le_bytes(*header) as usize;
        if len == 0 || len > self.message_bytes_max { Err(Malformed) } else { Ok(Some(len)) }
    }

    /// Tells each message that is complete; what follows a malformed frame is not looked at.
    pub fn feed(&mut self, mut input: &[u8], mut sink: impl FnMut(&[u8])) -> Result<(), Malformed> {
        while !input.is_empty() {
            if self.partial.is_empty() {
                match self.message_len(input)? {
                    Some(len) if input.len() >= HEADER + len => {
                        sink(&input[HEADER..HEADER + len]);
                        input = &input[HEADER + len..];
                        continue;
                    }
                    _ => {}
                }
            }
            let wanted = match self.message_len(&self.partial)? {
                Some(len) => HEADER + len,
                None => HEADER,
            };
            let take = (wanted - self.partial.len()).min(input.len());
            self.partial.extend_from_slice(&input[..take]);
            input = &input[take..];
            if let Some(len) = self.message_len(&self.partial)? {
                if self.partial.len() == HEADER + len {
                    sink(&self.partial[HEADER..]);
                    self.partial.clear();
                    self.partial.shrink_to(KEPT);
                }
            }
        }
        Ok(())
    }
}
