CREATE TABLE `disks` (
	`name` text PRIMARY KEY NOT NULL,
	`file` text NOT NULL,
	`format` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`virtual_bytes` integer NOT NULL,
	`sha256` text NOT NULL,
	`origin` text NOT NULL,
	`created_at` text NOT NULL,
	`last_used` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `range_snapshots` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`description` text NOT NULL,
	`range_id` text NOT NULL,
	`range_name` text NOT NULL,
	`blueprint_text` text NOT NULL,
	`blueprint_file` text NOT NULL,
	`resolved` text NOT NULL,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `range_snapshots_name_unique` ON `range_snapshots` (`name`);--> statement-breakpoint
CREATE TABLE `snapshots` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`description` text NOT NULL,
	`tags` text NOT NULL,
	`provider` text NOT NULL,
	`image` text NOT NULL,
	`image_id` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`own_bytes` integer NOT NULL,
	`config` text NOT NULL,
	`source_machine` text NOT NULL,
	`source_range` text NOT NULL,
	`source` text NOT NULL,
	`parent_id` text,
	`range_snapshot_id` text,
	`created_at` text NOT NULL,
	FOREIGN KEY (`range_snapshot_id`) REFERENCES `range_snapshots`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `snapshots_name_unique` ON `snapshots` (`name`);--> statement-breakpoint
CREATE INDEX `snapshots_by_parent` ON `snapshots` (`parent_id`);--> statement-breakpoint
CREATE INDEX `snapshots_by_range` ON `snapshots` (`range_snapshot_id`);--> statement-breakpoint
CREATE TABLE `templates` (
	`name` text PRIMARY KEY NOT NULL,
	`document` text NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL
);
--> statement-breakpoint
ALTER TABLE `ranges` ADD `layers` text;