CREATE TABLE `events` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`time` text NOT NULL,
	`severity` text NOT NULL,
	`type` text NOT NULL,
	`actor` text NOT NULL,
	`range` text,
	`range_id` text,
	`machine` text,
	`network` text,
	`message` text NOT NULL,
	`detail` text
);
--> statement-breakpoint
CREATE INDEX `events_by_range` ON `events` (`range_id`,`id`);--> statement-breakpoint
CREATE TABLE `images` (
	`reference` text NOT NULL,
	`engine` text NOT NULL,
	`image_id` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`last_used` text NOT NULL,
	PRIMARY KEY(`reference`, `engine`)
);
--> statement-breakpoint
CREATE TABLE `installation` (
	`id` text PRIMARY KEY NOT NULL,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `journal` (
	`range_id` text NOT NULL,
	`task_id` text NOT NULL,
	`step` text NOT NULL,
	`state` text NOT NULL,
	`at` text NOT NULL,
	PRIMARY KEY(`range_id`, `task_id`, `step`),
	FOREIGN KEY (`range_id`) REFERENCES `ranges`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `machines` (
	`id` text PRIMARY KEY NOT NULL,
	`range_id` text NOT NULL,
	`name` text NOT NULL,
	`position` integer NOT NULL,
	`provider` text NOT NULL,
	`state` text NOT NULL,
	`reason` text,
	`wanted` text NOT NULL,
	`engine_id` text,
	`resolved` text NOT NULL,
	FOREIGN KEY (`range_id`) REFERENCES `ranges`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `machines_by_range` ON `machines` (`range_id`,`position`);--> statement-breakpoint
CREATE TABLE `networks` (
	`range_id` text NOT NULL,
	`name` text NOT NULL,
	`position` integer NOT NULL,
	`subnet` text NOT NULL,
	`gateway` text NOT NULL,
	`internet` integer NOT NULL,
	`isolated` integer NOT NULL,
	`bridge` text NOT NULL,
	PRIMARY KEY(`range_id`, `name`),
	FOREIGN KEY (`range_id`) REFERENCES `ranges`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `nics` (
	`machine_id` text NOT NULL,
	`position` integer NOT NULL,
	`network` text NOT NULL,
	`ip` text NOT NULL,
	`mac` text NOT NULL,
	`is_default` integer NOT NULL,
	PRIMARY KEY(`machine_id`, `position`),
	FOREIGN KEY (`machine_id`) REFERENCES `machines`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `ranges` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`state` text NOT NULL,
	`reason` text,
	`wanted` text NOT NULL,
	`blueprint_name` text NOT NULL,
	`blueprint_title` text,
	`blueprint_sha256` text NOT NULL,
	`blueprint_text` text NOT NULL,
	`blueprint_file` text NOT NULL,
	`resolved` text NOT NULL,
	`routes` text NOT NULL,
	`limits` text NOT NULL,
	`profile` text,
	`profile_reason` text,
	`dind` text,
	`interrupted` text,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `ranges_name_unique` ON `ranges` (`name`);--> statement-breakpoint
CREATE TABLE `settings` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `task_steps` (
	`task_id` text NOT NULL,
	`position` integer NOT NULL,
	`id` text NOT NULL,
	`title` text NOT NULL,
	`state` text NOT NULL,
	`note` text,
	`progress` text,
	`started_at` text,
	`ended_at` text,
	PRIMARY KEY(`task_id`, `id`),
	FOREIGN KEY (`task_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `tasks` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`title` text NOT NULL,
	`state` text NOT NULL,
	`actor` text NOT NULL,
	`range_id` text,
	`range_name` text,
	`machine` text,
	`error` text,
	`cancel_requested` integer NOT NULL,
	`created_at` text NOT NULL,
	`ended_at` text
);
--> statement-breakpoint
CREATE INDEX `tasks_by_creation` ON `tasks` (`created_at`);