create trigger uploads_bytes_released after delete or update of blob_key, preview_key on uploads
  for each row execute function uploads_bytes_released();
