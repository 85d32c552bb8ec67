// SPDX-License-Identifier: GPL-2.0
/* htetop's pure parts: the relation of two clocks, columns and how they are sorted. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "../../tools/htetop/columns.h"
#include "../../tools/htetop/relation.h"
#include "tap.h"
