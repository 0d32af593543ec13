//! Previews of pictures: decoded within limits, made smaller, and encoded anew, so that nothing of the file is passed on but its
//! pixels.

#[cfg(test)]
mod tests;

use std::io::Cursor;
use std::time::Duration;

use bytes::Bytes;
use helpline_core::limits;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use tokio::sync::Semaphore;

/// Quality of a preview without transparency: text of a screenshot stays readable.
const JPEG_QUALITY: u8 = 85;

/// One picture is decoded at a time, because each one may need [`limits::PREVIEW_DECODED_BYTES_MAX`].
static DECODING: Semaphore = Semaphore::const_new(1);

/// A small picture, made from the pixels of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The encoded picture, without metadata.
    pub bytes: Bytes,
    /// `image/jpeg`, or `image/png` if the picture is transparent somewhere.
    pub content_type: &'static str,
    /// Width of the preview in pixels, at most [`limits::PREVIEW_EDGE_MAX`].
    pub preview_width: u32,
    /// Height of the preview in pixels, at most [`limits::PREVIEW_EDGE_MAX`].
    pub preview_height: u32,
    /// Width of the original in pixels, as it is shown: after the rotation that its metadata asks for.
    pub width: u32,
    /// Height of the original in pixels, as it is shown.
    pub height: u32,
}

/// Makes the preview of a file. `content_type` is that of the file's content. Waits until no other picture is decoded, reads the file with
/// `bytes`, and then takes at most [`limits::PREVIEW_TIMEOUT_MS`]. So one file at a time is in memory. `None` if the file is no PNG, JPEG,
/// WebP or GIF, is damaged, or is larger than the limits.
///
/// # Errors
/// That of `bytes`.
pub async fn preview<E>(
    bytes: impl Future<Output = Result<Bytes, E>>,
    content_type: &str,
) -> Result<Option<Preview>, E> {
    let Some(format) = format_of(content_type) else {
        return Ok(None);
    };
    let Ok(permit) = DECODING.acquire().await else {
        return Ok(None);
    };
    let bytes = bytes.await?;
    if bytes.len() > limits::PREVIEW_SOURCE_BYTES_MAX {
        return Ok(None);
    }
    let decoding = tokio::task::spawn_blocking(move || {
        // Kept until the decoding has ended, also if it takes longer than the caller waits.
        let _permit = permit;
        made(&bytes, format)
    });
    let limit = Duration::from_millis(limits::PREVIEW_TIMEOUT_MS);
    Ok(match tokio::time::timeout(limit, decoding).await {
        Ok(Ok(preview)) => preview,
        Ok(Err(panicked)) => {
            tracing::warn!(%panicked, "a picture could not be decoded");
            None
        }
        Err(_) => {
            tracing::warn!("decoding a picture takes too long; it has no preview");
            None
        }
    })
}

/// The formats with a preview. SVG is none of them: it is a program.
fn format_of(content_type: &str) -> Option<ImageFormat> {
    match content_type {
        "image/png" => Some(ImageFormat::Png),
        "image/jpeg" => Some(ImageFormat::Jpeg),
        "image/webp" => Some(ImageFormat::WebP),
        "image/gif" => Some(ImageFormat::Gif),
        _ => None,
    }
}

fn made(bytes: &[u8], format: ImageFormat) -> Option<Preview> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut bounds = Limits::no_limits();
    bounds.max_image_width = Some(limits::PREVIEW_SOURCE_EDGE_MAX);
    bounds.max_image_height = Some(limits::PREVIEW_SOURCE_EDGE_MAX);
    bounds.max_alloc = Some(match format {
        // Its decoder counts only metadata, such as a compressed colour profile, against this limit.
        ImageFormat::Png => limits::PREVIEW_METADATA_BYTES_MAX,
        _ => limits::PREVIEW_DECODED_BYTES_MAX,
    });
    reader.limits(bounds);
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    // Not every decoder keeps to the limits that it was given.
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0
        || pixels > limits::PREVIEW_SOURCE_PIXELS_MAX
        || decoder.total_bytes() > limits::PREVIEW_DECODED_BYTES_MAX
    {
        return None;
    }
    // A rotation that cannot be read is none.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    // Of an animation, this is the first frame.
    let picture = DynamicImage::from_decoder(decoder).ok()?;
    let mut small = if width.max(height) > limits::PREVIEW_EDGE_MAX {
        picture.thumbnail(limits::PREVIEW_EDGE_MAX, limits::PREVIEW_EDGE_MAX)
    } else {
        picture
    };
    small.apply_orientation(orientation);
    let is_turned = matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    );
    let (bytes, content_type) = encoded(&small)?;
    Some(Preview {
        bytes,
        content_type,
        preview_width: small.width(),
        preview_height: small.height(),
        width: if is_turned { height } else { width },
        height: if is_turned { width } else { height },
    })
}

/// Encodes the picture: JPEG if it is opaque, otherwise PNG. `None` if the result is too large.
fn encoded(picture: &DynamicImage) -> Option<(Bytes, &'static str)> {
    let mut bytes = Vec::new();
    let is_transparent = picture.color().has_alpha()
        && picture
            .to_rgba8()
            .pixels()
            .any(|pixel| pixel.0[3] < u8::MAX);
    let content_type = if is_transparent {
        let flat = DynamicImage::from(picture.to_rgba8());
        flat.write_with_encoder(PngEncoder::new(&mut bytes)).ok()?;
        "image/png"
    } else {
        let flat = DynamicImage::from(picture.to_rgb8());
        let encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
        flat.write_with_encoder(encoder).ok()?;
        "image/jpeg"
    };
    (bytes.len() <= limits::PREVIEW_BYTES_MAX).then(|| (bytes.into(), content_type))
}
