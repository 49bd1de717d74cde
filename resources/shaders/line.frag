// One colour, premultiplied.
uniform vec4 u_line;

out vec4 colour;

void main() {
    colour = u_line;
}
