#![allow(clippy::unwrap_used)]

use super::*;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat, RgbImage, RgbaImage};
use img_parts::jpeg::{Jpeg, JpegSegment, markers};
use img_parts::png::{Png, PngChunk};
use img_parts::{Bytes, ImageEXIF};
use std::io::Cursor;

/// A picture with some grain, so that it does not vanish when it is packed.
fn picture(width: u32, height: u32) -> DynamicImage {
    let grain = |x: u32, y: u32| (x.wrapping_mul(31) ^ y.wrapping_mul(17)) as u8;
    RgbImage::from_fn(width, height, |x, y| image::Rgb([grain(x, y), x as u8, y as u8])).into()
}

fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut content = Vec::new();
    picture(width, height).write_with_encoder(JpegEncoder::new(&mut content)).unwrap();
    content
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut content = Vec::new();
    picture(width, height).write_to(Cursor::new(&mut content), ImageFormat::Png).unwrap();
    content
}

/// Exif that says: turned by a quarter, and taken at a certain place.
fn exif() -> Bytes {
    let mut tiff = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
    tiff.extend(b"SECRET-PLACE");
    tiff.into()
}

fn tells(content: &[u8], words: &[u8]) -> bool {
    content.windows(words.len()).any(|part| part == words)
}

#[test]
fn a_photo_that_breaks_off_is_no_picture() {
    let whole = jpeg(200, 150);
    assert!(check("photo.jpg", whole.clone()).picture.is_some());
    for part in [whole.len() / 3, whole.len() / 2, whole.len() - 2] {
        assert_eq!(check("photo.jpg", whole[..part].to_vec()).picture, None, "{part} bytes");
    }
}

#[test]
fn a_photo_does_not_tell_where_it_was_taken_but_stays_the_right_way_up() {
    let mut photo = Jpeg::from_bytes(jpeg(60, 40).into()).unwrap();
    photo.set_exif(Some(exif()));
    for (marker, told) in [
        (markers::APP1, "XMP-SECRET"),
        (markers::APP13, "IPTC-SECRET"),
        (markers::COM, "COM-SECRET"),
    ] {
        photo.segments_mut().insert(1, JpegSegment::new_with_contents(marker, told.into()));
    }
    let photo = photo.encoder().bytes();
    assert!(tells(&photo, b"SECRET-PLACE") && tells(&photo, b"IPTC-SECRET"));
    let checked = check("photo.jpg", photo.to_vec());
    assert_eq!(
        (&*checked.kind, checked.picture),
        ("image/jpeg", Some(Picture { width: 40, height: 60 }))
    );
    assert!(!tells(&checked.content, b"SECRET"));
    // Once more changes nothing: it is still turned.
    assert_eq!(check("photo.jpg", checked.content.clone()).picture, checked.picture);
    assert!(checked.content.len() < photo.len());
}

#[test]
fn a_png_does_not_tell_more_than_it_shows() {
    let mut drawn = Png::from_bytes(png(30, 20).into()).unwrap();
    for kind in [*b"tEXt", *b"iTXt", *b"eXIf"] {
        drawn.chunks_mut().insert(1, PngChunk::new(kind, "SECRET".into()));
    }
    let drawn = drawn.encoder().bytes();
    let checked = check("a.png", drawn.to_vec());
    assert_eq!(checked.picture, Some(Picture { width: 30, height: 20 }));
    assert!(tells(&drawn, b"SECRET") && !tells(&checked.content, b"SECRET"));
}

#[test]
fn a_webp_does_not_tell_more_than_it_shows() {
    let mut content = Vec::new();
    picture(30, 20).write_to(Cursor::new(&mut content), ImageFormat::WebP).unwrap();
    let mut drawn = img_parts::webp::WebP::from_bytes(content.into()).unwrap();
    drawn.set_exif(Some(exif()));
    let drawn = drawn.encoder().bytes();
    assert!(tells(&drawn, b"SECRET-PLACE"));
    let checked = check("a.webp", drawn.to_vec());
    assert!(checked.picture.is_some() && !tells(&checked.content, b"SECRET"));
    assert_eq!(check("a.webp", checked.content.clone()).picture, checked.picture);
}

#[test]
fn a_large_picture_comes_with_a_small_one() {
    let checked = check("large.jpg", jpeg(2000, 1000));
    let small = checked.small.unwrap();
    let drawn = image::load_from_memory(&small.content).unwrap();
    assert_eq!((&*small.kind, drawn.width(), drawn.height()), ("image/jpeg", 960, 480));
    assert!(small.content.len() < checked.content.len());
    assert_eq!(check("small.jpg", jpeg(200, 100)).small, None);

    let glass = RgbaImage::from_fn(1200, 1200, |x, y| {
        image::Rgba([(x ^ y) as u8, (x * y) as u8, x as u8, y as u8])
    });
    let mut content = Vec::new();
    DynamicImage::from(glass).write_to(Cursor::new(&mut content), ImageFormat::Png).unwrap();
    assert_eq!(check("glass.png", content).small.unwrap().kind, "image/png");
}

#[test]
fn a_file_is_what_its_content_says() {
    for (name, content, kind) in [
        ("a.png", jpeg(9, 9), "image/jpeg"),
        ("a.txt", b"hello".to_vec(), "text/plain"),
        ("a.jpg", "<svg onload=alert(1)>".into(), "text/plain"),
        ("a.pdf", b"%PDF-1.7 x".to_vec(), "application/pdf"),
        ("a.jpg", vec![0xff, 0xfe, 0, 0x80], "application/octet-stream"),
        ("empty", Vec::new(), "text/plain"),
    ] {
        let checked = check(name, content);
        assert_eq!(checked.kind, kind, "{name}");
        assert_eq!(checked.picture.is_some(), kind.starts_with("image/"), "{name}");
    }
    assert!(!is_shown("text/html") && !is_shown("image/svg+xml"));
}

#[test]
fn what_breaks_off_in_the_middle_is_no_picture() {
    let whole = png(300, 300);
    let half = check("half.png", whole[..whole.len() / 2].to_vec());
    assert_eq!((&*half.kind, half.picture), ("application/octet-stream", None));
    // A few bytes that claim to be a picture of a million by a million.
    let mut bomb = png(1, 1);
    bomb[16..24].copy_from_slice(&[0, 15, 66, 64, 0, 15, 66, 64]);
    assert_eq!(check("bomb.png", bomb).picture, None);
}

#[test]
fn a_name_is_the_last_part_of_a_path_and_can_be_seen() {
    for (name, tidied) in [
        ("귤.jpg", "귤.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ana\\photo.png", "photo.png"),
        ("evil\u{202e}gpj.exe", "evilgpj.exe"),
        ("a\r\nb\0.txt", "ab.txt"),
        (".bashrc", "bashrc"),
        ("..", "file"),
        ("", "file"),
        ("  ", "file"),
    ] {
        assert_eq!(tidy(name), tidied, "{name:?}");
    }
    let long = tidy(&format!("{}.jpeg", "가".repeat(300)));
    assert!(long.ends_with("….jpeg") && long.chars().count() == NAME);
}
