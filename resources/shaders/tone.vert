// What the colour of a place stands for, 0 to 1. Put before the shaders that ask.
uniform int u_kind;  // 0 one colour for all, 1 by height, 2 from a grid
uniform sampler3D u_tones;
uniform vec3 u_size;  // of the grid, in voxels
uniform vec2 u_rise;  // lowest and highest place of the solid

float tone(vec3 place) {
    if (u_kind == 1)
        return clamp((place.z - u_rise.x) / (u_rise.y - u_rise.x), 0.0, 1.0);
    // the first axis of the texture is z
    return u_kind == 2 ? texture(u_tones, (place / u_size).zyx).r : 0.0;
}
