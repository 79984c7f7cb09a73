/* Compiles the headers, so that a wrong layout stops the build on the Swift side too. */
#include "settings.h"
