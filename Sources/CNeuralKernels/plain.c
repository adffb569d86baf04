// Two rows of lanes are eight of the sixteen registers of SSE2.
#define VARIANT(name) name##_plain
#define VARIANT_NAME "plain"
#define TILE_ROWS 2
#define TILE_PANELS 2
#define OUTER_ROWS 1
#define OUTER_COLUMNS 2
#define IS_FUSED 0
#include "kernels.h"
