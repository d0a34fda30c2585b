"""What is found, as files: tables, COCO, and XMP sidecars."""
