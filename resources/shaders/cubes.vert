// A corner of one exposed side of a voxel; each row of exposed_faces() comes four times.
layout(location = 0) in uvec4 a_cell;  // voxel and side
layout(location = 1) in vec4 a_open;   // how open each corner is

uniform mat4 u_pose;
uniform mat4 u_camera;
uniform mat4 u_light;

out vec3 v_position;
out vec3 v_normal;
out vec3 v_shadow;
out float v_open;
out vec2 v_cell;
out float v_tone;

const vec3 AXES[5] = vec3[5](
    vec3(1, 0, 0), vec3(0, 1, 0), vec3(0, 0, 1), vec3(1, 0, 0), vec3(0, 1, 0));

const int FOLDED[4] = int[4](1, 3, 0, 2);

void main() {
    int axis = int(a_cell.w >> 1u);
    bool back = (a_cell.w & 1u) == 1u;
    int corner = gl_VertexID & 3;
    // fold the quad along the diagonal that joins the lighter corners
    if (a_open.x + a_open.w > a_open.y + a_open.z)
        corner = FOLDED[corner];
    if (back)
        corner = ((corner & 1) << 1) | (corner >> 1);
    vec2 bits = vec2(corner & 1, corner >> 1);
    vec3 normal = AXES[axis];
    vec3 local = vec3(a_cell.xyz) + bits.x * AXES[axis + 1] + bits.y * AXES[axis + 2];
    if (back)
        normal = -normal;
    else
        local += normal;
    vec4 world = u_pose * vec4(local, 1.0);
    v_position = world.xyz;
    v_normal = normalize(mat3(u_pose) * normal);
    v_open = a_open[corner];
    v_cell = bits;
    v_tone = tone(vec3(a_cell.xyz) + 0.5);
    // ask a little before the surface, or it would shade itself
    v_shadow = (u_light * vec4(world.xyz + 0.012 * normalize(v_normal), 1.0)).xyz;
    gl_Position = u_camera * world;
}
