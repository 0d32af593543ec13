//! Tests of previews, with pictures that lie about their size and pictures that hide something.

use std::process::Command;

use image::{ImageEncoder, Rgb, RgbImage, Rgba, RgbaImage};

use super::*;

/// A picture whose top left quarter is red and whose rest is blue.
fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        if x < width / 2 && y < height / 2 {
            Rgb([255, 0, 0])
        } else {
            Rgb([0, 0, 255])
        }
    })
}

fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, format)
        .expect("an encoded picture");
    bytes.into_inner()
}

async fn of(bytes: Vec<u8>, content_type: &str) -> Option<Preview> {
    let bytes = async { Ok::<_, std::convert::Infallible>(bytes.into()) };
    preview(bytes, content_type)
        .await
        .expect("the bytes are there")
}

fn read(preview: &Preview) -> RgbImage {
    image::load_from_memory(&preview.bytes)
        .expect("a picture")
        .to_rgb8()
}

#[tokio::test]
async fn each_format_has_a_preview_of_at_most_1280_pixels() {
    for (format, content_type) in [
        (ImageFormat::Png, "image/png"),
        (ImageFormat::Jpeg, "image/jpeg"),
        (ImageFormat::WebP, "image/webp"),
        (ImageFormat::Gif, "image/gif"),
    ] {
        for (size, small) in [
            ((1_600, 800), (1_280, 640)),
            ((30, 3_840), (10, 1_280)),
            ((640, 640), (640, 640)),
            ((1, 1), (1, 1)),
        ] {
            let bytes = file(&picture(size.0, size.1).into(), format);
            let made = of(bytes, content_type).await.expect("a preview");
            assert_eq!((made.width, made.height), size, "{content_type}");
            assert_eq!(
                (made.preview_width, made.preview_height),
                small,
                "{content_type}"
            );
            assert_eq!(read(&made).dimensions(), small, "{content_type}");
        }
    }
}

#[tokio::test]
async fn a_transparent_picture_stays_transparent() {
    let clear = RgbaImage::from_pixel(50, 40, Rgba([9, 9, 9, 0]));
    let made = of(file(&clear.into(), ImageFormat::Png), "image/png")
        .await
        .expect("a preview");
    assert_eq!(made.content_type, "image/png");
    let opaque = RgbaImage::from_pixel(50, 40, Rgba([9, 9, 9, 255]));
    let made = of(file(&opaque.into(), ImageFormat::Png), "image/png")
        .await
        .expect("a preview");
    assert_eq!(made.content_type, "image/jpeg");
}

/// A JPEG with a segment behind its first two bytes.
fn with_segment(jpeg: &[u8], kind: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2)
        .expect("a short segment")
        .to_be_bytes();
    [&jpeg[..2], &[0xff, kind], &length, content, &jpeg[2..]].concat()
}

/// EXIF data with this orientation, and with a text as a camera writes a place.
fn exif(orientation: u8) -> Vec<u8> {
    let mut bytes = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x02".to_vec();
    bytes.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    bytes.extend([0x01, 0x0e, 0, 2, 0, 0, 0, 15, 0, 0, 0, 38]);
    bytes.extend([0, 0, 0, 0]);
    bytes.extend(b"SECRET-PLACE-1\0");
    bytes
}

#[tokio::test]
async fn a_turned_photograph_is_shown_upright_and_without_its_metadata() {
    let jpeg = file(&picture(800, 400).into(), ImageFormat::Jpeg);
    let is_red = |picture: &RgbImage, x, y| picture.get_pixel(x, y).0[0] > 200;
    // The red quarter is at the top left; turned by 90 degrees to the right, it is at the top right.
    for (orientation, size, red_left, red_top) in [
        (1, (800, 400), true, true),
        (3, (800, 400), false, false),
        (6, (400, 800), false, true),
        (8, (400, 800), true, false),
    ] {
        let bytes = with_segment(&jpeg, 0xe1, &exif(orientation));
        let made = of(bytes, "image/jpeg").await.expect("a preview");
        assert_eq!((made.width, made.height), size, "{orientation}");
        let shown = read(&made);
        let (width, height) = shown.dimensions();
        let x = if red_left { 20 } else { width - 20 };
        let y = if red_top { 20 } else { height - 20 };
        assert!(
            is_red(&shown, x, y) && !is_red(&shown, width - 1 - x, y),
            "{orientation}"
        );
        let has = |word: &[u8]| made.bytes.windows(word.len()).any(|part| part == word);
        assert!(!has(b"Exif") && !has(b"SECRET"), "{orientation}");
    }
}

#[tokio::test]
async fn nothing_that_hides_in_a_picture_is_in_its_preview() {
    let script = b"<html><script>alert(1)</script></html>";
    let jpeg = file(&picture(700, 700).into(), ImageFormat::Jpeg);
    let commented = with_segment(&jpeg, 0xfe, script);
    let followed = [&jpeg[..], script].concat();
    for polyglot in [commented, followed] {
        let made = of(polyglot, "image/jpeg").await.expect("a preview");
        assert!(!made.bytes.windows(7).any(|part| part == b"<script"));
    }
}

#[tokio::test]
async fn what_is_no_picture_has_no_preview() {
    let png = file(&picture(10, 10).into(), ImageFormat::Png);
    for content_type in [
        "image/svg+xml",
        "text/html",
        "image/tiff",
        "image/bmp",
        "application/pdf",
        "",
    ] {
        assert_eq!(of(png.clone(), content_type).await, None, "{content_type}");
    }
    assert_eq!(
        of(b"<svg onload=alert(1)>".to_vec(), "image/png").await,
        None
    );
    assert_eq!(of(png.clone(), "image/jpeg").await, None);
    for cut in [0, 8, 20, png.len() / 2] {
        assert_eq!(of(png[..cut].to_vec(), "image/png").await, None, "{cut}");
    }
    assert_eq!(
        of(vec![0; limits::PREVIEW_SOURCE_BYTES_MAX + 1], "image/png").await,
        None
    );
}

fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut bytes = u32::try_from(content.len())
        .expect("a short chunk")
        .to_be_bytes()
        .to_vec();
    bytes.extend(kind);
    bytes.extend(content);
    let mut crc = u32::MAX;
    for byte in &bytes[4..] {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0xedb8_8320
            } else {
                crc >> 1
            };
        }
    }
    bytes.extend((!crc).to_be_bytes());
    bytes
}

/// A PNG of 65 bytes that says that it has this size.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut head = width.to_be_bytes().to_vec();
    head.extend(height.to_be_bytes());
    head.extend([8, 6, 0, 0, 0]);
    let signature = b"\x89PNG\r\n\x1a\n".to_vec();
    let data = [0x78, 0x9c, 0x03, 0, 0, 0, 0, 1];
    [
        signature,
        chunk(b"IHDR", &head),
        chunk(b"IDAT", &data),
        chunk(b"IEND", b""),
    ]
    .concat()
}

/// A small PNG with a chunk behind its header.
fn with_chunk(png: &[u8], kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    const HEADER_END: usize = 8 + 25;
    [
        &png[..HEADER_END],
        &chunk(kind, content),
        &png[HEADER_END..],
    ]
    .concat()
}

/// A PNG with a colour profile of zeros, which are a thousandth when they are compressed.
fn with_profile(bytes: usize) -> Vec<u8> {
    let mut png = Vec::new();
    let mut encoder = PngEncoder::new(&mut png);
    encoder.set_icc_profile(vec![0; bytes]).expect("a profile");
    let picture = picture(20, 20);
    encoder
        .write_image(&picture, 20, 20, image::ExtendedColorType::Rgb8)
        .expect("a picture");
    png
}

/// The greatest memory of this process since its start, in bytes.
#[cfg(target_os = "linux")]
fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("the status");
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .expect("the peak");
    let kilobytes = line.split_whitespace().nth(1).expect("a number");
    kilobytes.parse::<u64>().expect("a number") * 1_024
}

#[cfg(target_os = "linux")]
#[tokio::test]
#[ignore = "a part of pictures_that_lie_need_no_memory: its process must do nothing else"]
async fn memory_of_pictures_that_lie() {
    let small = file(&picture(20, 20).into(), ImageFormat::Png);
    let frames = [u32::MAX.to_be_bytes(), 0_u32.to_be_bytes()].concat();
    let gif = file(&picture(20, 20).into(), ImageFormat::Gif);
    let wide_gif = [&gif[..6], &[0xff, 0xff, 0xff, 0xff], &gif[10..]].concat();
    let profile = with_profile(100_000_000);
    assert!(profile.len() < 500_000);
    // Making the profile needed memory itself.
    std::fs::write("/proc/self/clear_refs", "5").expect("the peak begins anew");
    let before = peak_bytes();
    for (width, height) in [
        (16_384, 16_384),
        (100_000, 100_000),
        (u32::MAX >> 1, 1),
        (20_000, 20_000),
    ] {
        assert_eq!(bomb(width, height).len(), 65);
        assert_eq!(of(bomb(width, height), "image/png").await, None, "{width}");
    }
    assert_eq!(of(wide_gif, "image/gif").await, None);
    of(with_chunk(&small, b"acTL", &frames), "image/png")
        .await
        .expect("the first frame of an animation");
    // With or without a preview: what counts is the memory.
    let _ = of(profile, "image/png").await;
    let grown = peak_bytes() - before;
    assert!(grown < 16 * 1024 * 1024, "{grown} bytes");
}

#[cfg(target_os = "linux")]
#[test]
fn pictures_that_lie_need_no_memory() {
    let status = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "--ignored", "--test-threads", "1"])
        .arg("integrations::previews::tests::memory_of_pictures_that_lie")
        .status()
        .expect("a process");
    assert!(status.success());
}
