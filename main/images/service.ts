import type {
	DeletedImage,
	DeleteImageRequest,
	ImageDetail,
	ImageList,
	PruneAnswer,
	PruneImagesRequest,
} from "../../contract/images.ts";

/** What the border needs of the image cache. */
export interface ImageService {
	list(signal?: AbortSignal): Promise<ImageList>;
	get(image: string, signal?: AbortSignal): Promise<ImageDetail>;
	delete(request: DeleteImageRequest, actor: string): Promise<DeletedImage>;
	prune(request: PruneImagesRequest, actor: string): Promise<PruneAnswer>;
}
