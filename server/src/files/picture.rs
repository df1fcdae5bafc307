//! Pictures: how large they are, without where and with what they were taken, and small ones in
//! place of large ones.

use super::Small;
use app::protocol::Picture;
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use img_parts::jpeg::{Jpeg, markers};
use img_parts::png::Png;
use img_parts::webp::WebP;
use img_parts::{Bytes, ImageEXIF};
use std::io::Cursor;

/// Larger ones are not decoded: a small file can hold a picture that fills the memory.
const SIDE: u32 = 16_384;
const MEMORY: u64 = 256 * 1024 * 1024;

/// A small picture fits into a square of so many pixels.
const SMALL: u32 = 960;

/// What is smaller than this needs no small one, in bytes.
const WORTH: usize = 150 * 1024;

/// How well a small picture is kept, of 100.
const QUALITY: u8 = 80;

pub struct Checked {
    pub content: Vec<u8>,
    pub picture: Picture,
    pub small: Option<Small>,
}

/// `None` for what cannot be drawn.
pub fn check(kind: &str, content: &[u8]) -> Option<Checked> {
    let format = ImageFormat::from_mime_type(kind)?;
    let mut reader = ImageReader::with_format(Cursor::new(content), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE);
    limits.max_image_height = Some(SIDE);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    // Also those that need no small one: what breaks off in the middle is no picture.
    let mut drawn = DynamicImage::from_decoder(decoder).ok()?;
    drawn.apply_orientation(orientation);
    if format == ImageFormat::Jpeg && !is_whole(content) {
        return None;
    }
    let picture = Picture { width: drawn.width(), height: drawn.height() };
    let content = strip(format, content, orientation)?;
    // Those that move stay as they are.
    let is_large = content.len() > WORTH && picture.width.max(picture.height) > SMALL;
    let small = (is_large && format != ImageFormat::Gif).then(|| small(&drawn)).flatten();
    Some(Checked { content, picture, small })
}

/// Whether the last scan of a JPEG ends (ITU-T T.81, B.1.1.3: markers SOS and EOI). The decoder
/// fills up what is missing, and browsers show nothing of it.
fn is_whole(jpeg: &[u8]) -> bool {
    let scan = jpeg.windows(2).rposition(|marker| marker == [0xff, 0xda]);
    scan.is_some_and(|scan| jpeg[scan..].windows(2).any(|marker| marker == [0xff, 0xd9]))
}

fn small(drawn: &DynamicImage) -> Option<Small> {
    let drawn = drawn.thumbnail(SMALL, SMALL);
    let mut content = Vec::new();
    if drawn.color().has_alpha() {
        drawn.write_to(Cursor::new(&mut content), ImageFormat::Png).ok()?;
        return Some(Small { kind: "image/png".into(), content });
    }
    let encoder = JpegEncoder::new_with_quality(&mut content, QUALITY);
    drawn.to_rgb8().write_with_encoder(encoder).ok()?;
    Some(Small { kind: "image/jpeg".into(), content })
}

/// The picture without what its maker did not mean to show: place, time, camera, author. Only
/// which side is up is kept, because it is seen.
fn strip(format: ImageFormat, content: &[u8], orientation: Orientation) -> Option<Vec<u8>> {
    let bytes = Bytes::copy_from_slice(content);
    let up = (orientation != Orientation::NoTransforms).then(|| exif(orientation));
    let stripped = match format {
        ImageFormat::Jpeg => {
            let mut jpeg = Jpeg::from_bytes(bytes).ok()?;
            // APP1 holds Exif and XMP, APP13 IPTC; APP0 and APP2 (ICC) and APP14 are drawn by.
            let is_drawn = |marker: u8| {
                !matches!(marker, markers::APP1 | markers::COM)
                    && !(markers::APP3..=markers::APP13).contains(&marker)
                    && marker != markers::APP15
            };
            jpeg.segments_mut().retain(|segment| is_drawn(segment.marker()));
            jpeg.set_exif(up);
            jpeg.encoder().bytes()
        }
        ImageFormat::Png => {
            let mut png = Png::from_bytes(bytes).ok()?;
            let told = [*b"tEXt", *b"zTXt", *b"iTXt", *b"eXIf", *b"tIME"];
            png.chunks_mut().retain(|chunk| !told.contains(&chunk.kind()));
            png.set_exif(up);
            png.encoder().bytes()
        }
        ImageFormat::WebP => {
            let mut webp = WebP::from_bytes(bytes).ok()?;
            webp.chunks_mut().retain(|chunk| !matches!(&chunk.id(), b"EXIF" | b"XMP "));
            webp.set_exif(up);
            webp.encoder().bytes()
        }
        _ => bytes,
    };
    Some(stripped.to_vec())
}

/// The least that says which side is up: one directory with one entry (TIFF 6.0, section 2;
/// Exif 2.32, tag 0x0112).
fn exif(orientation: Orientation) -> Bytes {
    let mut tiff = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    tiff.extend([orientation.to_exif(), 0, 0, 0, 0, 0, 0, 0]);
    tiff.into()
}
